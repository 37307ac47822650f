#include "models/nmt/search/beam_search.h"

#include <algorithm>
#include <optional>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// Beginnings of translations that share their beginnings: a token, and what it goes on from.
class HypothesisTree {
 public:
  using Node = std::size_t;
  static constexpr Node root = static_cast<Node>(-1);

  /// `attention` counts for all tokens that one row is continued with, and is kept once.
  void begin_row(std::span<const float> attention) {
    columns_ = attention.size();
    attention_.insert(attention_.end(), attention.begin(), attention.end());
    ++rows_;
  }
  Node add(Node parent, std::int32_t token, float log_probability, std::size_t row) {
    nodes_.push_back({parent, token, log_probability, row});
    return nodes_.size() - 1;
  }
  std::size_t rows() const { return rows_; }

  /// The translation that ends with the node.
  Hypothesis trace(Node node) const {
    std::vector<Node> path;
    for (; node != root; node = nodes_[node].parent) path.push_back(node);
    Hypothesis hypothesis;
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
      const Entry& entry = nodes_[*at];
      append(hypothesis, entry.token, entry.log_probability,
             std::span(attention_).subspan(entry.row * columns_, columns_));
    }
    return hypothesis;
  }

 private:
  struct Entry {
    Node parent;
    std::int32_t token;
    float log_probability;
    std::size_t row;  ///< of attention_
  };

  std::vector<Entry> nodes_;
  std::vector<float> attention_;  ///< [rows_, columns_]
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

class BeamSearch : public SentenceSearch {
 public:
  BeamSearch(const SearchLimits& limits, const BeamOptions& options)
      : limits_(limits), options_(options), rows_{{StepDecoder::no_parent, limits.start_token}}, beginnings_(1) {
    check_invariant(options.n_best >= 1 && options.n_best <= options.width, "more is wanted than the beam holds");
  }

  std::span<const Continuation> rows() const override { return rows_; }

  void take(std::span<const NextToken> next) override {
    const std::size_t first_row = tree_.rows();
    for (const NextToken& row : next) tree_.begin_row(row.attention);
    std::vector<Beginning> before;
    std::swap(before, beginnings_);
    rows_.clear();
    const bool last_step = steps_ == limits_.max_tokens;
    for (const Candidate& candidate : best_candidates(before, next)) {
      const HypothesisTree::Node parent = before[candidate.row].node;
      if (candidate.token != limits_.end_token && last_step) {
        cut(parent);
        continue;
      }
      const HypothesisTree::Node node =
          tree_.add(parent, candidate.token, next[candidate.row].log_probabilities[at(candidate.token)],
                    first_row + candidate.row);
      if (candidate.token == limits_.end_token) {
        end(node);
      } else {
        beginnings_.push_back({node, candidate.log_probability});
        rows_.push_back({candidate.row, candidate.token});
      }
    }
    ++steps_;
    prune();
  }

  std::vector<Hypothesis> hypotheses() const override {
    std::vector<Hypothesis> best = ended_;
    best.insert(best.end(), cut_.begin(), cut_.end());
    const auto ranks_before = [](const Hypothesis& a, const Hypothesis& b) {
      return a.ended != b.ended ? a.ended : a.score > b.score;
    };
    std::ranges::stable_sort(best, ranks_before);
    if (best.size() > at(options_.n_best)) best.resize(at(options_.n_best));
    return best;
  }

 private:
  struct Beginning {
    HypothesisTree::Node node = HypothesisTree::root;
    double log_probability = 0;
  };
  struct Candidate {
    std::size_t row;
    std::int32_t token;
    double log_probability;
  };

  template <typename Integer>
  static std::size_t at(Integer integer) {
    return static_cast<std::size_t>(integer);
  }

  /// As many continuations as the beam has room for, the best first; of equals that of the better beginning, then the
  /// one that its decoder holds for likelier.
  std::vector<Candidate> best_candidates(std::span<const Beginning> before, std::span<const NextToken> next) const {
    const std::size_t room = at(options_.width) - ended_.size();
    std::vector<Candidate> candidates;
    for (std::size_t row = 0; row < next.size(); ++row) {
      for (const std::int32_t token : best_tokens(next[row].order, room)) {
        const double log_probability = static_cast<double>(next[row].log_probabilities[at(token)]);
        candidates.push_back({row, token, before[row].log_probability + log_probability});
      }
    }
    std::ranges::stable_sort(candidates, std::greater(), &Candidate::log_probability);
    if (candidates.size() > room) candidates.resize(room);
    return candidates;
  }

  void end(HypothesisTree::Node node) {
    ended_.push_back(scored(node));
    ended_.back().ended = true;
  }

  void cut(HypothesisTree::Node node) {
    if (std::ranges::find(cut_nodes_, node) != cut_nodes_.end()) return;
    cut_nodes_.push_back(node);
    cut_.push_back(scored(node));
  }

  Hypothesis scored(HypothesisTree::Node node) const {
    Hypothesis hypothesis = tree_.trace(node);
    score(hypothesis, options_.score);
    return hypothesis;
  }

  /// Lets go of the beginnings that cannot become better than what has been found.
  void prune() {
    const std::optional<double> to_beat = worst_wanted();
    if (!to_beat) return;
    const std::size_t greatest_length = at(limits_.max_tokens) + 1;
    const ScoreOptions without_coverage{.length_penalty = options_.score.length_penalty, .coverage_penalty = 0};
    // They are sorted by their probability.
    const auto first_hopeless = std::ranges::find_if(beginnings_, [&](const Beginning& beginning) {
      return hypothesis_score(beginning.log_probability, greatest_length, {}, without_coverage) <= *to_beat;
    });
    const std::size_t kept = at(first_hopeless - beginnings_.begin());
    beginnings_.resize(kept);
    rows_.resize(kept);
  }

  /// The score of the n-th best translation found, if there are so many.
  std::optional<double> worst_wanted() const {
    if (ended_.size() < at(options_.n_best)) return std::nullopt;
    std::vector<double> scores;
    for (const Hypothesis& hypothesis : ended_) scores.push_back(hypothesis.score);
    const auto nth = scores.begin() + (options_.n_best - 1);
    std::ranges::nth_element(scores, nth, std::greater());
    return *nth;
  }

  SearchLimits limits_;
  BeamOptions options_;
  HypothesisTree tree_;
  std::vector<Continuation> rows_;
  std::vector<Beginning> beginnings_;  ///< of each row, the most probable first
  std::vector<Hypothesis> ended_;
  std::vector<Hypothesis> cut_;
  std::vector<HypothesisTree::Node> cut_nodes_;
  std::int64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<SentenceSearch> beam_search(const SearchLimits& limits, const BeamOptions& options) {
  return std::make_unique<BeamSearch>(limits, options);
}

}  // namespace weft::nmt
