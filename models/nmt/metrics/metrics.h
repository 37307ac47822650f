#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/nmt/metrics/bleu.h"
#include "models/nmt/metrics/chrf.h"

namespace weft::nmt {

/// The share of translations, 0 to 1, that are the same bytes as one of their references. Throws Error if there are no
/// sentences, if the numbers differ, or if a sentence has no reference.
double exact_match_rate(std::span<const std::string> hypotheses, std::span<const std::vector<std::string>> references);

/// How good the translations of a corpus are.
struct Metrics {
  BleuTokenizer tokenizer = BleuTokenizer::none;  ///< of BLEU
  Bleu bleu;
  double chrf = 0;         ///< 0 to 100
  double exact_match = 0;  ///< 0 to 1
};

/// All scores at once; throws Error as they do.
Metrics score_translations(std::span<const std::string> hypotheses,
                           std::span<const std::vector<std::string>> references,
                           BleuTokenizer tokenizer = BleuTokenizer::none);

}  // namespace weft::nmt
