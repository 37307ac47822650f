#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backends/runtime/program_cache.h"
#include "models/nmt/config/config.h"
#include "models/nmt/config/precision.h"
#include "models/nmt/search/beam_search.h"
#include "models/nmt/search/sampling.h"
#include "models/nmt/search/translation.h"
#include "models/nmt/text/vocabulary.h"

namespace weft::nmt {

/// The most tokens a sentence may have, <start> and <end> counted: graphs are compiled for each length, and this bounds
/// what a hostile sentence can cost.
inline constexpr std::size_t max_source_tokens = 1024;

struct TranslatorOptions {
  /// The most sentences that are translated at once.
  std::int64_t batch = 64;
  /// A translation has at most this many tokens, <end> not counted; 0: twice the source's and ten more.
  std::int64_t max_length = 0;
  /// And at most that many for each word of the source, <start> and <end> not counted, but one at least; 0: any number.
  double max_length_ratio = 0;
  TranslationPrecision precision = TranslationPrecision::f32;
  BeamOptions beam = {};
  /// Translations are drawn, `beam.n_best` of them, and not searched for.
  std::optional<SamplingOptions> sampling = {};
  /// Probabilities and scores are wanted, also of greedy translations.
  bool probabilities = false;
  /// Bytes that compiled programs may take (ProgramCache), unless they are kept in `programs`, with those of others.
  std::size_t program_memory = ProgramCache::default_budget;
  std::shared_ptr<ProgramCache> programs = {};
  /// In words and text, <unk> is replaced by the source word that it drew from most (with_unknown_replaced).
  bool replace_unknown = false;
};

/// A model of an ensemble. All have the same vocabularies, tokenisers included.
struct Member {
  ModelConfig model;
  std::shared_ptr<Variables> variables;
};

/// Translates with the compiled encoder and decoder step, batched by source length (long sources by classes of lengths,
/// compiled_length): greedily, with a beam, or by sampling; with one model or an ensemble. A sentence whose search is
/// over leaves the batch, and so do beginnings of translations that lead nowhere. A translation does not depend, to the
/// bit, on what else is or was in its batch, on the batch's size, or on the threads.
///
/// Graphs are compiled when a length or size is met first, and kept within the budget of a ProgramCache.
class Translator {
 public:
  /// The vocabularies must live as long as the translator.
  Translator(const Config& config, const Vocabulary& source, const Vocabulary& target,
             std::shared_ptr<Variables> variables, const TranslatorOptions& options = {});
  Translator(std::span<const Member> members, const Vocabulary& source, const Vocabulary& target,
             const TranslatorOptions& options = {});
  ~Translator();

  /// The best translation of each sentence, in the order of the sentences. `on_progress` is told the number of
  /// sentences done so far. A sentence without a word is translated to nothing.
  std::vector<Translation> translate(std::span<const std::string> sentences,
                                     const std::function<void(std::size_t)>& on_progress = {});

  /// Up to `beam.n_best` translations of each, the best first; samples in the order of their drawing. `first_number`,
  /// the number of the first sentence, is what samples depend on, beside their seed.
  std::vector<std::vector<Translation>> translate_n_best(std::span<const std::string> sentences,
                                                         std::uint64_t first_number = 1,
                                                         const std::function<void(std::size_t)>& on_progress = {});

  /// How probable given translations are: a Translation of `targets[i]` for each of `sources[i]`, whose words are those
  /// that the vocabulary knows, and <unk>. A source without a word gives one without words.
  std::vector<Translation> score(std::span<const std::string> sources, std::span<const std::string> targets);

  /// Times the kernels of all runs from now on; what was measured before is forgotten.
  void profile_runs(bool on);
  /// What was measured, over all compiled shapes.
  ProfileByKind profile() const;

  /// What the compiled programs take, with those of others in the same cache; from any thread.
  ProgramMemory program_memory() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::nmt
