#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weft::nmt {

/// Hashes strings and views alike, so that a look-up by view makes no string.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// A map from words that is searched with a view.
template <typename T>
using WordMap = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

/// How often each word occurs.
class WordCounts {
 public:
  /// Counts the words of a normalised sentence.
  void add(std::string_view normalised);

  /// The words by falling frequency; words equally frequent in the order of their first appearance.
  std::vector<std::string> by_frequency() const;

 private:
  struct Entry {
    std::string word;
    std::uint64_t count = 0;
  };
  std::vector<Entry> entries_;  // in the order of first appearance
  WordMap<std::size_t> index_;  // of the entry
};

}  // namespace weft::nmt
