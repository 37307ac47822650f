#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/search/translator.h"
#include "tools/common/command_line.h"
#include "tools/weft-nmt/run_options.h"

namespace weft::nmt {

/// Adds --batch: how many sentences are computed at once, which changes no result.
void add_batch_option(const tool::Command& command, std::int64_t& batch, std::string_view help);

/// What ranks translations unless another is chosen: without one, wide beams make translations too short.
inline constexpr double default_length_penalty = 1;

/// Adds --beam, --length-penalty, --coverage-penalty, --max-length, --max-length-ratio, --replace-unknown, --batch,
/// --precision and --program-memory. The length penalty is default_length_penalty unless it is given.
void add_search_options(const tool::Command& command, TranslatorOptions& options);

/// "beam 5, length penalty 1", or "greedy".
std::string describe(const TranslatorOptions& options);

/// How translations are drawn, if they are.
struct SampleOptions {
  bool sample = false;
  SamplingOptions sampling;
};
/// Adds --sample, --temperature, --top-k and --seed.
void add_sample_options(const tool::Command& command, SampleOptions& options);

/// Several trained models that translate together.
struct EnsembleOptions {
  std::vector<std::string> runs;
  std::string checkpoint;  ///< of each; empty: the best, or the latest while there is no best
};
/// Adds --run, which may be given several times, --checkpoint and --threads.
void add_ensemble_options(const tool::Command& command, EnsembleOptions& options);

/// The models, of which the first one says which vocabularies all have.
struct LoadedEnsemble {
  std::vector<TrainedModel> models;

  const TrainedModel& first() const { return models.front(); }
  Translator translator(const TranslatorOptions& options) const;
};
/// Throws Error that names the run that cannot be used, and both runs when their vocabularies differ.
LoadedEnsemble load_ensemble(const EnsembleOptions& options);

}  // namespace weft::nmt
