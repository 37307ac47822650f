#pragma once

#include <memory>

#include "models/nmt/search/sentence_search.h"

namespace weft::nmt {

struct BeamOptions {
  std::int64_t width = 1;   ///< beginnings of translations that are followed at once; 1: greedy search
  std::int64_t n_best = 1;  ///< translations that are wanted, at most the width
  ScoreOptions score = {};
};

/// Beam search (Sutskever et al., arXiv:1409.3215): of all continuations of the beginnings in the beam, the most
/// probable go on. A translation that reaches <end> leaves the beam, which is narrower by one from then on. The search
/// is over when the beam is empty, or when nothing in it can become better than the `n_best` translations found: a
/// beginning of log probability L scores at most L / lp(the greatest length), for probabilities are at most 1.
///
/// Beginnings of a step are equally long, and compete by their probability; lengths and coverage count in the ranking
/// of whole translations. Those that are cut at the greatest length rank behind those that reached <end>.
///
/// A width of 1 is greedy search to the bit; with at least as many as there are beginnings, the best translation of all
/// is found.
std::unique_ptr<SentenceSearch> beam_search(const SearchLimits& limits, const BeamOptions& options);

}  // namespace weft::nmt
