#include "models/nmt/text/word_counts.h"

#include <algorithm>
#include <tuple>

#include "models/nmt/text/words.h"

namespace weft::nmt {
namespace {

bool is_more_frequent(const WordCount& a, const WordCount& b) {
  return std::tuple(b.count, a.first) < std::tuple(a.count, b.first);
}

/// The most frequent of words that come one after another.
class MostFrequent {
 public:
  MostFrequent(std::size_t limit, std::span<const std::string_view> kept) : limit_(limit), kept_(kept) {}

  void add(WordCount&& word) {
    if (std::ranges::find(kept_, word.word) != kept_.end())
      always_.push_back(std::move(word));
    else
      words_.push_back(std::move(word));
    if (words_.size() / 2 >= limit_) drop_rare();
  }

  std::vector<WordCount> take() {
    if (words_.size() > limit_) drop_rare();
    std::ranges::move(always_, std::back_inserter(words_));
    std::ranges::sort(words_, is_more_frequent);
    return std::move(words_);
  }

 private:
  void drop_rare() {
    const auto end = words_.begin() + static_cast<std::ptrdiff_t>(limit_);
    std::ranges::nth_element(words_, end, is_more_frequent);
    words_.erase(end, words_.end());
  }

  std::size_t limit_;
  std::span<const std::string_view> kept_;
  std::vector<WordCount> words_;
  std::vector<WordCount> always_;
};

}  // namespace

void WordCounts::add(std::string_view normalised) {
  constexpr std::size_t bytes_of_entry = 96;  // of the map's node and its place in the table, beside a long word's own
  for (const std::string_view word : split_words(normalised)) {
    auto found = words_.find(word);
    if (found == words_.end()) {
      if (bytes_ > memory_) move_to_disk();
      found = words_.emplace(word, Seen{.first = position_}).first;
      bytes_ += bytes_of_entry + word.size();
    }
    ++found->second.count;
    ++position_;
  }
}

std::vector<WordCount> WordCounts::in_memory() const {
  std::vector<WordCount> words;
  words.reserve(words_.size());
  for (const auto& [word, seen] : words_) words.push_back({word, seen.count, seen.first});
  return words;
}

void WordCounts::move_to_disk() {
  runs_.add(in_memory(), folder_);
  words_.clear();
  bytes_ = 0;
}

std::vector<WordCount> WordCounts::by_frequency(std::size_t limit, std::span<const std::string_view> kept) const {
  MostFrequent most_frequent(limit, kept);
  runs_.merge(in_memory(), [&](WordCount&& word) { most_frequent.add(std::move(word)); });
  return most_frequent.take();
}

}  // namespace weft::nmt
