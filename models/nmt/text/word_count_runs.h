#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weft::nmt {

/// A word and how often it occurs.
struct WordCount {
  std::string word;
  std::uint64_t count = 0;
  std::uint64_t first = 0;  ///< how many words stand before it where it occurs first
};

/// Counts that did not fit in memory: files without a name, which are gone with the process, each with its words in
/// order, so that all can be merged with one word of each in memory.
class WordCountRuns {
 public:
  /// Writes a file of counts to the folder. Throws Error that names the folder when that fails.
  void add(std::vector<WordCount> words, const std::filesystem::path& folder);

  /// Calls `visit` with each word of the files and of `rest` once, in order, with the sum of its counts.
  void merge(std::vector<WordCount> rest, const std::function<void(WordCount&&)>& visit) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  std::vector<File> files_;
};

}  // namespace weft::nmt
