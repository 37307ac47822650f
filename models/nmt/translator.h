#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/executable.h"
#include "models/nmt/config.h"
#include "models/nmt/vocabulary.h"

namespace weft::nmt {

struct Translation {
  std::vector<std::int32_t> ids;  ///< without <start> and <end>
  std::string words;              ///< their words with one space between each two: what scores are reckoned of
  std::string text;               ///< the words as a person writes them, as far as the normaliser can be undone
  /// [ids.size() + 1, source tokens]: for each word of the translation, and the <end> (when it was reached), what the
  /// decoder attended to.
  std::vector<float> attention_weights;
  std::vector<std::string> source_words;  ///< <start> ... <end>
  std::vector<std::string> target_words;  ///< the translation's, with <end> when it was reached
  std::size_t unknown_words = 0;          ///< of the source
};

/// The most tokens a sentence may have, <start> and <end> counted: graphs are compiled for each length, and this bounds
/// what a hostile sentence can cost.
inline constexpr std::size_t kMaxSourceTokens = 1024;

/// What the weights of matrix products are rounded to (docs/translator.md has what that costs and brings).
enum class Precision {
  f32,   ///< nothing: as they were trained
  bf16,  ///< two bytes a weight
  int8,  ///< one byte a weight; what is multiplied by them is rounded to 8 bits as well
};
/// "f32", "bf16", "int8".
std::string_view to_string(Precision precision);
/// The inverse of to_string. Throws Error that lists the names.
Precision parse_precision(std::string_view name);

struct TranslatorOptions {
  /// The most sentences that are translated at once.
  std::int64_t batch = 64;
  /// A translation has at most this many tokens, <end> not counted; 0: twice the source's and ten more.
  std::int64_t max_length = 0;
  Precision precision = Precision::f32;
};

/// Greedy search with the compiled encoder and decoder step, batched by source length. A row whose translation is done
/// leaves the batch, and the next sentence takes its place; when there is none, the batch shrinks. A translation does
/// not depend, to the bit, on what else is or was in its batch, on the batch's size, or on the threads.
///
/// Graphs are compiled when a length or size is met first, and kept.
class Translator {
 public:
  /// The vocabularies must live as long as the translator.
  Translator(const Config& config, const Vocabulary& source, const Vocabulary& target,
             std::shared_ptr<Variables> variables, const TranslatorOptions& options = {});
  ~Translator();

  /// In the order of the sentences. `on_progress` is told the number of sentences done so far. A sentence without a
  /// word is translated to nothing.
  std::vector<Translation> translate(std::span<const std::string> sentences,
                                     const std::function<void(std::size_t)>& on_progress = {});

  /// Times the kernels of all runs from now on; what was measured before is forgotten.
  void profile_runs(bool on);
  /// What was measured, over all compiled shapes.
  ProfileByKind profile() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::nmt
