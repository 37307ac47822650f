#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/random.h"
#include "models/nmt/search/step_decoder.h"

namespace weft::nmt {

/// A decoder without a network: the probabilities after a beginning of a translation are random numbers that its tokens
/// and the sentence alone decide on. So small that all translations can be enumerated. Ids 1 and 2 are <start> and
/// <end>.
class TableDecoder : public StepDecoder {
 public:
  using Tokens = std::vector<std::int32_t>;

  /// `sharpness`: how far the logits are apart.
  explicit TableDecoder(std::size_t vocabulary, std::size_t source_tokens = 5, std::uint64_t seed = 1,
                        double sharpness = 2)
      : vocabulary_(vocabulary), source_tokens_(source_tokens), seed_(seed), sharpness_(sharpness) {}

  struct Said {
    std::vector<float> order;
    std::vector<float> log_probabilities;
    std::vector<float> attention;
  };
  /// What comes after the tokens, <start> first.
  Said after(std::size_t sentence, const Tokens& tokens) const {
    const CounterRandom random(seed_, fmt::format("{}: {}", sentence, fmt::join(tokens, " ")));
    Said said;
    double sum = 0;
    for (std::size_t i = 0; i < vocabulary_; ++i) {
      said.order.push_back(static_cast<float>(random.uniform(i, -sharpness_, sharpness_)));
      sum += std::exp(static_cast<double>(said.order.back()));
    }
    for (const float logit : said.order) said.log_probabilities.push_back(logit - static_cast<float>(std::log(sum)));
    double attended = 0;
    for (std::size_t i = 0; i < source_tokens_; ++i) attended += random.unit(vocabulary_ + i);
    for (std::size_t i = 0; i < source_tokens_; ++i)
      said.attention.push_back(static_cast<float>(random.unit(vocabulary_ + i) / attended));
    return said;
  }

  void open(std::span<const std::size_t> sentences) override {
    for (const std::size_t sentence : sentences) check_invariant(open_.insert(sentence).second, "opened twice");
    most_open = std::max(most_open, open_.size());
  }
  void close(std::size_t sentence) override { check_invariant(open_.erase(sentence) == 1, "not open"); }

  void step(std::span<const Row> rows) override {
    std::vector<Tokens> prefixes;
    std::vector<std::size_t> sentences;
    said_.clear();
    for (const Row& row : rows) {
      check_invariant(open_.contains(row.sentence), "a row of a sentence that is not open");
      check_invariant(row.parent == no_parent || sentences_.at(row.parent) == row.sentence, "a parent of another one");
      prefixes.push_back(row.parent == no_parent ? Tokens{} : prefixes_.at(row.parent));
      prefixes.back().push_back(row.token);
      sentences.push_back(row.sentence);
      said_.push_back(after(row.sentence, prefixes.back()));
    }
    prefixes_ = std::move(prefixes);
    sentences_ = std::move(sentences);
    rows_run += rows.size();
  }

  NextToken next(std::size_t row) const override {
    return {said_.at(row).order, said_.at(row).log_probabilities, said_.at(row).attention};
  }

  std::size_t rows_run = 0;   ///< over all steps
  std::size_t most_open = 0;  ///< sentences at once

 private:
  std::size_t vocabulary_;
  std::size_t source_tokens_;
  std::uint64_t seed_;
  double sharpness_;
  std::set<std::size_t> open_;
  std::vector<Tokens> prefixes_;        ///< of each row
  std::vector<std::size_t> sentences_;  ///< of each row
  std::vector<Said> said_;              ///< of each row
};

}  // namespace weft::nmt
