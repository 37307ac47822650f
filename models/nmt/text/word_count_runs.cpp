#include "models/nmt/text/word_count_runs.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// What stands before a word in a file.
struct Record {
  std::uint64_t count = 0;
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

std::FILE* file_without_name(const std::filesystem::path& folder) {
  std::string name = (folder / "word-counts-XXXXXX").string();
  const int descriptor = ::mkstemp(name.data());
  require(descriptor >= 0, "cannot write counts of words to '{}': {}", folder.string(), std::strerror(errno));
  ::unlink(name.c_str());
  std::FILE* file = ::fdopen(descriptor, "w+b");
  check_invariant(file != nullptr, "a file that was made cannot be used");
  return file;
}

std::optional<WordCount> read_word(std::FILE* file) {
  Record record;
  if (std::fread(&record, sizeof record, 1, file) != 1) return std::nullopt;
  WordCount word{std::string(record.length, '\0'), record.count, record.first};
  if (std::fread(word.word.data(), 1, record.length, file) != record.length) return std::nullopt;
  return word;
}

void sort_by_word(std::vector<WordCount>& words) { std::ranges::sort(words, {}, &WordCount::word); }

}  // namespace

void WordCountRuns::add(std::vector<WordCount> words, const std::filesystem::path& folder) {
  sort_by_word(words);
  File file(file_without_name(folder));
  for (const auto& [word, count, first] : words) {
    const Record record{count, first, word.size()};
    std::fwrite(&record, sizeof record, 1, file.get());
    std::fwrite(word.data(), 1, word.size(), file.get());
  }
  require(std::fflush(file.get()) == 0 && std::ferror(file.get()) == 0,
          "cannot write counts of words to '{}': {}; free some of the disk, or grant more memory (--data-memory)",
          folder.string(), std::strerror(errno));
  files_.push_back(std::move(file));
}

void WordCountRuns::merge(std::vector<WordCount> rest, const std::function<void(WordCount&&)>& visit) const {
  sort_by_word(rest);
  for (const File& file : files_) std::rewind(file.get());
  auto at = rest.begin();
  const auto next = [&](std::size_t run) -> std::optional<WordCount> {
    if (run < files_.size()) return read_word(files_[run].get());
    if (at == rest.end()) return std::nullopt;
    return std::move(*at++);
  };

  using Head = std::pair<WordCount, std::size_t>;  // a run's next word, and the run
  const auto is_later = [](const Head& a, const Head& b) { return a.first.word > b.first.word; };
  std::vector<Head> heads;  // a heap, the first word on top
  const auto push = [&](std::size_t run) {
    std::optional<WordCount> word = next(run);
    if (!word) return;
    heads.emplace_back(std::move(*word), run);
    std::ranges::push_heap(heads, is_later);
  };
  for (std::size_t run = 0; run <= files_.size(); ++run) push(run);
  std::optional<WordCount> sum;
  while (!heads.empty()) {
    std::ranges::pop_heap(heads, is_later);
    Head head = std::move(heads.back());
    heads.pop_back();
    if (sum && sum->word == head.first.word) {
      sum->count += head.first.count;
      sum->first = std::min(sum->first, head.first.first);
    } else {
      if (sum) visit(std::move(*sum));
      sum = std::move(head.first);
    }
    push(head.second);
  }
  if (sum) visit(std::move(*sum));
}

}  // namespace weft::nmt
