#include "models/nmt/search/sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph/base/random.h"

namespace weft::nmt {
namespace {

class SamplingSearch : public SentenceSearch {
 public:
  SamplingSearch(const SearchLimits& limits, const SamplingOptions& options, const ScoreOptions& score,
                 std::int64_t samples, std::uint64_t sentence)
      : limits_(limits), options_(options), score_(score), rows_{{StepDecoder::no_parent, limits.start_token}} {
    for (std::int64_t sample = 0; sample < samples; ++sample)
      samples_.push_back({CounterRandom(options.seed, fmt::format("sample {}/{}", sentence, sample)), {}, 0, true});
  }

  std::span<const Continuation> rows() const override { return rows_; }

  void take(std::span<const NextToken> next) override {
    rows_.clear();
    for (Sample& sample : samples_) {
      if (!sample.open) continue;
      sample.open = go_on(sample, next[sample.row]);
      if (!sample.open) continue;
      rows_.push_back({sample.row, sample.hypothesis.tokens.back()});
      sample.row = rows_.size() - 1;
    }
    ++steps_;
  }

  std::vector<Hypothesis> hypotheses() const override {
    std::vector<Hypothesis> hypotheses;
    for (const Sample& sample : samples_) {
      hypotheses.push_back(sample.hypothesis);
      score(hypotheses.back(), score_);
    }
    return hypotheses;
  }

 private:
  struct Sample {
    CounterRandom random;
    Hypothesis hypothesis;
    std::size_t row = 0;  ///< of the last step, where all begin as one
    bool open = true;
  };

  /// Draws the next token. Returns whether there is more to come.
  bool go_on(Sample& sample, const NextToken& next) const {
    const std::int32_t token = draw_token(next, options_, sample.random.unit(static_cast<std::uint64_t>(steps_)));
    const bool end = token == limits_.end_token;
    if (!end && steps_ == limits_.max_tokens) return false;
    append(sample.hypothesis, token, next.log_probabilities[static_cast<std::size_t>(token)], next.attention);
    sample.hypothesis.ended = end;
    return !end;
  }

  SearchLimits limits_;
  SamplingOptions options_;
  ScoreOptions score_;
  std::vector<Continuation> rows_;
  std::vector<Sample> samples_;
  std::int64_t steps_ = 0;
};

}  // namespace

std::int32_t draw_token(const NextToken& next, const SamplingOptions& options, double random) {
  const std::int32_t best = best_tokens(next.order, 1).front();
  std::vector<std::int32_t> tokens;
  if (options.top_k > 0) {
    tokens = best_tokens(next.order, static_cast<std::size_t>(options.top_k));
  } else {
    tokens.resize(next.order.size());
    std::iota(tokens.begin(), tokens.end(), 0);
  }
  const auto log_probability = [&](std::int32_t token) {
    return static_cast<double>(next.log_probabilities[static_cast<std::size_t>(token)]);
  };
  // As shares of the best one's, so that the sum neither vanishes nor overflows at any temperature.
  std::vector<double> sums;
  double sum = 0;
  for (const std::int32_t token : tokens)
    sums.push_back(sum += std::exp((log_probability(token) - log_probability(best)) / options.temperature));
  const auto drawn = std::ranges::upper_bound(sums, random * sum);
  return drawn == sums.end() ? best : tokens[static_cast<std::size_t>(drawn - sums.begin())];
}

std::unique_ptr<SentenceSearch> sampling(const SearchLimits& limits, const SamplingOptions& options,
                                         const ScoreOptions& score, std::int64_t samples, std::uint64_t sentence) {
  return std::make_unique<SamplingSearch>(limits, options, score, samples, sentence);
}

}  // namespace weft::nmt
