#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "models/nmt/metrics/bleu_tokenizer.h"

namespace weft::nmt {

/// BLEU of a whole corpus, and what it was made of.
struct Bleu {
  static constexpr std::size_t max_order = 4;

  double score = 0;                            ///< 0 to 100
  std::array<double, max_order> precisions{};  ///< of n-grams of 1 to 4 words, 0 to 100, smoothed
  double brevity_penalty = 1;                  ///< 0 to 1
  std::size_t hypothesis_length = 0;           ///< in words
  std::size_t reference_length = 0;            ///< in words; of the references nearest in length
};

/// What BLEU counts: of a sentence, or summed over sentences.
struct BleuCounts {
  std::array<std::size_t, Bleu::max_order> matches{}, total{};  ///< n-grams of 1 to 4 words
  std::size_t hypothesis_length = 0, reference_length = 0;      ///< in words

  BleuCounts& operator+=(const BleuCounts& other);
};
/// The counts of each sentence. Throws Error as corpus_bleu does.
std::vector<BleuCounts> bleu_counts(std::span<const std::string> hypotheses,
                                    std::span<const std::vector<std::string>> references,
                                    BleuTokenizer tokenizer = BleuTokenizer::none);
/// BLEU of sentences with these counts together.
Bleu bleu_of(const BleuCounts& sum);

/// BLEU-4 (Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002) of sentences,
/// as sacreBLEU reckons it with that tokenizer: matches and lengths are summed over the corpus, and an order without a
/// match counts as 1/2, 1/4, ... of a match, halved for every such order
/// ("exp", method 3 of Chen and Cherry, WMT 2014). `references[i]` holds the references of `hypotheses[i]`.
///
/// Throws Error if there are no sentences, if the numbers differ, if a sentence has no reference, or if one is not
/// UTF-8.
Bleu corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::vector<std::string>> references,
                 BleuTokenizer tokenizer = BleuTokenizer::none);

/// How it was reckoned, as sacreBLEU writes it: "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:..."; the
/// version is Weft's.
std::string bleu_signature(std::span<const std::vector<std::string>> references, BleuTokenizer tokenizer);

}  // namespace weft::nmt
