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
  std::string text;               ///< their words with one space between each two
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

struct TranslatorOptions {
  std::int64_t batch = 64;
  /// A translation has at most this many tokens, <end> not counted; 0: twice the source's and ten more.
  std::int64_t max_length = 0;
};

/// Greedy search with the compiled encoder and decoder step, batched by source length. A translation does not depend on
/// what else is in its batch.
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

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::nmt
