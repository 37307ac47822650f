#include "models/nmt/search/sentence_search.h"

#include <algorithm>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// The searches that are under way, and the rows that they have in the decoder.
class OpenSearches {
 public:
  OpenSearches(StepDecoder& decoder, std::span<const std::unique_ptr<SentenceSearch>> searches)
      : decoder_(decoder), searches_(searches) {}

  std::size_t size() const { return open_.size(); }

  void open(std::size_t first, std::size_t last) {
    std::vector<std::size_t> sentences;
    for (std::size_t sentence = first; sentence < last; ++sentence) sentences.push_back(sentence);
    decoder_.open(sentences);
    for (const std::size_t sentence : sentences) open_.push_back({sentence, 0});
  }

  /// One step of all of them; returns how many are over.
  std::size_t step() {
    rows_.clear();
    for (Open& open : open_) {
      const std::size_t first_row = rows_.size();
      for (const SentenceSearch::Continuation& row : searches_[open.sentence]->rows()) {
        const bool starts = row.parent == StepDecoder::no_parent;
        rows_.push_back({open.sentence, starts ? row.parent : open.first_row + row.parent, row.token});
      }
      open.first_row = first_row;
    }
    decoder_.step(rows_);
    for (const Open& open : open_) {
      SentenceSearch& search = *searches_[open.sentence];
      next_.clear();
      for (std::size_t row = 0; row < search.rows().size(); ++row) next_.push_back(decoder_.next(open.first_row + row));
      search.take(next_);
      if (search.rows().empty()) decoder_.close(open.sentence);
    }
    return std::erase_if(open_, [&](const Open& open) { return searches_[open.sentence]->rows().empty(); });
  }

 private:
  struct Open {
    std::size_t sentence;
    std::size_t first_row;  ///< of its rows in the last step
  };

  StepDecoder& decoder_;
  std::span<const std::unique_ptr<SentenceSearch>> searches_;
  std::vector<Open> open_;
  std::vector<StepDecoder::Row> rows_;
  std::vector<NextToken> next_;
};

}  // namespace

void run_searches(StepDecoder& decoder, std::span<const std::unique_ptr<SentenceSearch>> searches, std::size_t max_open,
                  const std::function<void(std::size_t)>& on_done) {
  check_invariant(max_open > 0, "searches are run none at a time");
  OpenSearches open(decoder, searches);
  std::size_t waiting = 0;
  while (waiting < searches.size() || open.size() > 0) {
    if (open.size() <= max_open / 2 && waiting < searches.size()) {
      const std::size_t last = std::min(searches.size(), waiting + max_open - open.size());
      open.open(waiting, last);
      waiting = last;
    }
    const std::size_t over = open.step();
    if (over > 0 && on_done) on_done(over);
  }
}

std::vector<std::int32_t> best_tokens(std::span<const float> order, std::size_t count) {
  std::vector<std::int32_t> best;
  best.reserve(count + 1);
  const auto at = [order](std::int32_t token) { return order[static_cast<std::size_t>(token)]; };
  for (std::size_t i = 0; i < order.size(); ++i) {
    const float value = order[i];
    if (best.size() == count && !(value > at(best.back()))) continue;
    if (value != value) continue;
    // Behind those that are as good: they come earlier.
    const auto place = std::ranges::find_if(best, [&](std::int32_t token) { return at(token) < value; });
    best.insert(place, static_cast<std::int32_t>(i));
    if (best.size() > count) best.pop_back();
  }
  require(!best.empty(),
          "the model's probabilities are no numbers (NaN): its weights are spoilt; use another checkpoint");
  return best;
}

}  // namespace weft::nmt
