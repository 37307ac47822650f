#include "models/nmt/search/hypothesis.h"

#include <algorithm>
#include <cmath>

#include "graph/base/error.h"

namespace weft::nmt {

double hypothesis_score(double log_probability, std::size_t tokens, std::span<const float> coverage,
                        const ScoreOptions& options) {
  const double length_penalty = std::pow((5.0 + static_cast<double>(tokens)) / 6.0, options.length_penalty);
  double score = log_probability / length_penalty;
  if (options.coverage_penalty == 0) return score;
  require(coverage.size() >= 2, "a coverage penalty needs attention, which this model has not; leave it out");
  for (const float attended : coverage.subspan(1, coverage.size() - 2))
    score += options.coverage_penalty * std::log(std::clamp(static_cast<double>(attended), least_coverage, 1.0));
  return score;
}

void score(Hypothesis& hypothesis, const ScoreOptions& options) {
  const std::size_t tokens = hypothesis.tokens.size();
  std::vector<float> coverage;
  if (options.coverage_penalty != 0 && tokens > 0) {
    coverage.resize(hypothesis.attention.size() / tokens);
    for (std::size_t i = 0; i < hypothesis.attention.size(); ++i)
      coverage[i % coverage.size()] += hypothesis.attention[i];
  }
  hypothesis.score = hypothesis_score(hypothesis.log_probability, tokens, coverage, options);
}

void append(Hypothesis& hypothesis, std::int32_t token, float log_probability, std::span<const float> attention) {
  hypothesis.tokens.push_back(token);
  hypothesis.log_probabilities.push_back(log_probability);
  hypothesis.attention.insert(hypothesis.attention.end(), attention.begin(), attention.end());
  hypothesis.log_probability += static_cast<double>(log_probability);
}

}  // namespace weft::nmt
