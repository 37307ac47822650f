#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/nmt/text/word_count_runs.h"

namespace weft::nmt {

/// Hashes strings and views alike, so that a look-up by view makes no string.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// A map from words that is searched with a view.
template <typename T>
using WordMap = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

/// How often each word occurs, exactly, however many words there are: what does not fit in memory is on disk.
class WordCounts {
 public:
  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

  /// All in memory.
  WordCounts() = default;
  /// In about `memory` bytes of it, the rest in files without a name in the folder.
  WordCounts(std::size_t memory, std::filesystem::path folder) : memory_(memory), folder_(std::move(folder)) {}

  /// Counts the words of a normalised sentence. Throws Error when the disk is full.
  void add(std::string_view normalised);

  /// The `limit` most frequent words by falling frequency; words equally frequent in the order of their first
  /// appearance. Those of `kept` are among them however rare, if they occur at all.
  std::vector<WordCount> by_frequency(std::size_t limit = all, std::span<const std::string_view> kept = {}) const;

 private:
  struct Seen {
    std::uint64_t count = 0;
    std::uint64_t first = 0;
  };

  std::vector<WordCount> in_memory() const;
  void move_to_disk();

  std::size_t memory_ = all;
  std::filesystem::path folder_;
  WordMap<Seen> words_;
  std::size_t bytes_ = 0;       ///< of these, about
  std::uint64_t position_ = 0;  ///< words seen
  WordCountRuns runs_;          ///< what was counted before
};

}  // namespace weft::nmt
