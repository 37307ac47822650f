#include "models/nmt/search/forced_decoding.h"

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

class ForcedDecoding : public SentenceSearch {
 public:
  ForcedDecoding(const SearchLimits& limits, std::vector<std::int32_t> tokens, const ScoreOptions& score)
      : limits_(limits),
        tokens_(std::move(tokens)),
        score_(score),
        rows_{{StepDecoder::no_parent, limits.start_token}} {
    check_invariant(!tokens_.empty(), "a translation to be scored has no token");
  }

  std::span<const Continuation> rows() const override { return rows_; }

  void take(std::span<const NextToken> next) override {
    const std::int32_t token = tokens_[hypothesis_.tokens.size()];
    append(hypothesis_, token, next.front().log_probabilities[static_cast<std::size_t>(token)], next.front().attention);
    rows_.clear();
    if (hypothesis_.tokens.size() < tokens_.size()) rows_.push_back({0, token});
  }

  std::vector<Hypothesis> hypotheses() const override {
    Hypothesis hypothesis = hypothesis_;
    hypothesis.ended = tokens_.back() == limits_.end_token;
    score(hypothesis, score_);
    return {std::move(hypothesis)};
  }

 private:
  SearchLimits limits_;
  std::vector<std::int32_t> tokens_;
  ScoreOptions score_;
  std::vector<Continuation> rows_;
  Hypothesis hypothesis_;
};

}  // namespace

std::unique_ptr<SentenceSearch> forced_decoding(const SearchLimits& limits, std::vector<std::int32_t> tokens,
                                                const ScoreOptions& score) {
  return std::make_unique<ForcedDecoding>(limits, std::move(tokens), score);
}

}  // namespace weft::nmt
