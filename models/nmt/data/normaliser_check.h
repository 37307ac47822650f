#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/data/corpus.h"
#include "models/nmt/text/normalise.h"

namespace weft::nmt {

/// Of the sentences of a side, the share that a normaliser may leave nothing of; and of its letters, that it may drop.
/// More is refused.
inline constexpr double max_emptied_share = 0.05;
inline constexpr double max_dropped_letters = 0.2;

/// What a normaliser does to the sentences of a side.
struct NormaliserLoss {
  std::vector<std::size_t> emptied;  ///< indices of pairs: letters or digits before, none behind
  std::size_t letters = 0;           ///< of all sentences
  std::size_t dropped_letters = 0;   ///< of them
  std::string most_dropped;          ///< the most frequent of these, at most five: "ß ø"
};
NormaliserLoss normaliser_loss(const std::vector<Pair>& pairs, Side side, Normaliser normaliser);

/// What is to be said of it, a line each. `name` is the corpus', `language` the side's.
struct NormaliserFindings {
  std::vector<std::string> warnings;
  std::string refusal;  ///< why nothing should be trained on it; empty: it may
};
NormaliserFindings check_normaliser(const Corpus& corpus, Side side, Normaliser normaliser, std::string_view name,
                                    std::string_view language);

}  // namespace weft::nmt
