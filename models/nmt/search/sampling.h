#pragma once

#include <cstdint>
#include <memory>

#include "models/nmt/search/sentence_search.h"

namespace weft::nmt {

struct SamplingOptions {
  double temperature = 1;  ///< positive: token i is drawn with a probability proportional to p_i^(1/temperature)
  std::int64_t top_k = 0;  ///< of the so many best tokens alone; 0: of all
  std::uint64_t seed = 1;
};

/// The token that `random`, uniform in [0, 1), draws.
std::int32_t draw_token(const NextToken& next, const SamplingOptions& options, double random);

/// Draws `samples` translations, independent of each other, token after token. The random numbers are counted, not
/// drawn in turn: each is a function of the seed, the sentence's number, the sample and the step alone. The hypotheses
/// come in the order of their drawing; scores are of the model's own probabilities, whatever the temperature.
std::unique_ptr<SentenceSearch> sampling(const SearchLimits& limits, const SamplingOptions& options,
                                         const ScoreOptions& score, std::int64_t samples, std::uint64_t sentence);

}  // namespace weft::nmt
