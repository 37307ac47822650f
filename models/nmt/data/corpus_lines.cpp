#include "models/nmt/data/corpus_lines.h"

#include <algorithm>
#include <span>

#include "models/nmt/data/corpus.h"

namespace weft::nmt {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t buffer_size = 16 * max_corpus_line;

}  // namespace

CorpusLines::CorpusLines(const std::string& path)
    : bytes_(open_text(path)), buffer_(std::make_unique<char[]>(buffer_size)) {}

std::optional<Line> CorpusLines::next() {
  // With what may stand around it. Of a longer line the beginning will do: it is refused, and its size told.
  constexpr std::size_t longest = max_corpus_line + byte_order_mark.size() + 1;
  std::size_t cut_off = 0;
  std::size_t searched = 0;
  while (true) {
    const std::string_view rest(buffer_.get() + begin_, end_ - begin_);
    std::size_t end = rest.find('\n', searched);
    if (end == std::string_view::npos) {
      searched = std::min(rest.size(), longest);
      cut_off += rest.size() - searched;
      end_ = begin_ + searched;
      if (read_more()) continue;
      if (rest.empty()) return std::nullopt;
      end = searched;
    }
    Line line{std::string_view(buffer_.get() + begin_, end), cut_off};
    begin_ = std::min(begin_ + end + 1, end_);
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    // One before each file of those that were put together; none is part of a sentence, which might come first one day.
    while (line.text.starts_with(byte_order_mark)) line.text.remove_prefix(byte_order_mark.size());
    return line;
  }
}

std::size_t CorpusLines::count_rest() {
  std::size_t count = 0;
  while (next()) ++count;
  return count;
}

/// Returns whether anything came.
bool CorpusLines::read_more() {
  if (at_end_) return false;
  std::copy(buffer_.get() + begin_, buffer_.get() + end_, buffer_.get());
  end_ -= begin_;
  begin_ = 0;
  const std::size_t got = bytes_(std::as_writable_bytes(std::span(buffer_.get() + end_, buffer_size - end_)));
  at_end_ = got < buffer_size - end_;
  end_ += got;
  return got > 0;
}

}  // namespace weft::nmt
