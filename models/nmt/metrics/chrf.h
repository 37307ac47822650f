#pragma once

#include <span>
#include <string>
#include <vector>

namespace weft::nmt {

/// chrF2 (Popović, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015) of a whole corpus, 0 to 100,
/// as sacreBLEU 2 reckons it: n-grams of 1 to 6 code points, blanks removed, no n-grams of words, beta 2. Matches are
/// summed over the corpus; precision and recall are averaged over those orders that both sides have n-grams of; of
/// several references, the one that gives the sentence the best score counts.
///
/// Throws Error if there are no sentences, if the numbers differ, if a sentence has no reference, or if one is not
/// UTF-8.
double corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::vector<std::string>> references);

/// How it was reckoned, as sacreBLEU writes it; the version is Weft's.
std::string chrf_signature(std::span<const std::vector<std::string>> references);

}  // namespace weft::nmt
