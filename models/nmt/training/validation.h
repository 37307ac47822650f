#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/runtime/variables.h"
#include "models/nmt/data/corpus.h"
#include "models/nmt/data/examples.h"
#include "models/nmt/metrics/metrics.h"
#include "models/nmt/search/translator.h"
#include "models/nmt/training/run_directory.h"

namespace weft::nmt {

/// Translates sentences of the validation part under the weights as they are: the same ones every time, so that epochs
/// can be compared. Training is not changed by it.
class ValidationTranslations {
 public:
  /// `examples` are those of the run's part; TrainingConfig says how many of them are translated. The run must live as
  /// long. `programs`: where compiled graphs are kept.
  ValidationTranslations(const RunDirectory& run, const Examples& examples, std::shared_ptr<Variables> variables,
                         std::shared_ptr<ProgramCache> programs);

  /// How many sentences score() translates: every so many-th of the part.
  std::size_t size() const { return scored_.size(); }
  /// BLEU, chrF and exact matches of greedy translations. Throws Error when size() is 0.
  Metrics score();

  /// How many sentences samples() translates: spread over the lengths that occur.
  std::size_t sample_count() const { return samples_.size(); }
  /// A line of samples.jsonl: {"epoch", "step", "samples": [{"source", "reference", "translation", "source_words",
  /// "target_words", "weights": [[of each source word] of each target word]}]}.
  std::string samples(std::int64_t epoch, std::int64_t step);

 private:
  std::vector<Translation> translate(std::span<const Pair> pairs);

  const RunDirectory& run_;
  std::vector<Pair> scored_;
  std::vector<Pair> samples_;
  Translator translator_;
};

}  // namespace weft::nmt
