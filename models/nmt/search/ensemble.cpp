#include "models/nmt/search/ensemble.h"

#include <algorithm>
#include <cmath>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// log(mean of exp(x)) of what the members say, without underflow: log p is taken from the greatest of them.
void log_mean(std::span<const NextToken> members, std::span<float> mean) {
  const auto count = static_cast<float>(members.size());
  for (std::size_t i = 0; i < mean.size(); ++i) {
    float greatest = members.front().log_probabilities[i];
    for (const NextToken& member : members.subspan(1)) greatest = std::max(greatest, member.log_probabilities[i]);
    float sum = 0;
    for (const NextToken& member : members) sum += std::exp(member.log_probabilities[i] - greatest);
    // Where all are zero, -infinity less -infinity is no number.
    mean[i] = std::isinf(greatest) ? greatest : std::min(0.0F, greatest + std::log(sum / count));
  }
}

class Ensemble : public StepDecoder {
 public:
  explicit Ensemble(std::vector<std::unique_ptr<StepDecoder>> members) : members_(std::move(members)) {
    check_invariant(!members_.empty(), "an ensemble of no models");
  }

  void open(std::span<const std::size_t> sentences) override {
    for (const auto& member : members_) member->open(sentences);
  }
  void close(std::size_t sentence) override {
    for (const auto& member : members_) member->close(sentence);
  }

  void step(std::span<const Row> rows) override {
    for (const auto& member : members_) member->step(rows);
    rows_.resize(std::max(rows_.size(), rows.size()));
    for (std::size_t row = 0; row < rows.size(); ++row) combine(row);
  }

  NextToken next(std::size_t row) const override {
    const Combined& combined = rows_[row];
    return {combined.log_probabilities, combined.log_probabilities, combined.attention};
  }

 private:
  struct Combined {
    std::vector<float> log_probabilities;
    std::vector<float> attention;
  };

  void combine(std::size_t row) {
    said_.clear();
    for (const auto& member : members_) said_.push_back(member->next(row));
    Combined& combined = rows_[row];
    combined.log_probabilities.resize(said_.front().log_probabilities.size());
    log_mean(said_, combined.log_probabilities);
    std::erase_if(said_, [](const NextToken& next) { return next.attention.empty(); });
    combined.attention.assign(said_.empty() ? 0 : said_.front().attention.size(), 0);
    for (const NextToken& next : said_)
      for (std::size_t i = 0; i < next.attention.size(); ++i)
        combined.attention[i] += next.attention[i] / static_cast<float>(said_.size());
  }

  std::vector<std::unique_ptr<StepDecoder>> members_;
  std::vector<NextToken> said_;  ///< of one row
  std::vector<Combined> rows_;
};

}  // namespace

std::unique_ptr<StepDecoder> ensemble(std::vector<std::unique_ptr<StepDecoder>> members) {
  return std::make_unique<Ensemble>(std::move(members));
}

}  // namespace weft::nmt
