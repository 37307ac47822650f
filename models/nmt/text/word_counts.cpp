#include "models/nmt/text/word_counts.h"

#include <algorithm>
#include <numeric>

#include "models/nmt/text/words.h"

namespace weft::nmt {

void WordCounts::add(std::string_view normalised) {
  for (const std::string_view word : split_words(normalised)) {
    auto found = index_.find(word);
    if (found == index_.end()) {
      found = index_.emplace(word, entries_.size()).first;
      entries_.push_back({.word = std::string(word)});
    }
    ++entries_[found->second].count;
  }
}

std::vector<std::string> WordCounts::by_frequency() const {
  std::vector<std::size_t> order(entries_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [this](std::size_t a, std::size_t b) { return entries_[a].count > entries_[b].count; });
  std::vector<std::string> words;
  words.reserve(order.size());
  for (const std::size_t i : order) words.push_back(entries_[i].word);
  return words;
}

}  // namespace weft::nmt
