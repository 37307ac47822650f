#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "models/nmt/data/byte_stream.h"

namespace weft::nmt {

/// A line of text without its end (LF or CRLF) and without byte order marks before it.
struct Line {
  std::string_view text;
  std::size_t cut_off = 0;  ///< bytes of a line longer than max_corpus_line that are not in `text`

  std::size_t size() const { return text.size() + cut_off; }
};

/// The lines of a file, or of standard input when the path is "-", in memory of a fixed size however long they are;
/// what is packed is unpacked.
class CorpusLines {
 public:
  /// Throws Error that names the path, as open_text does.
  explicit CorpusLines(const std::string& path);

  /// The next line, which is there until the next call; nothing at the end.
  std::optional<Line> next();

  /// How many are left, which this reads over.
  std::size_t count_rest();

 private:
  bool read_more();

  ByteStream bytes_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;  ///< of what is in the buffer and not yet given
  std::size_t end_ = 0;
  bool at_end_ = false;
};

}  // namespace weft::nmt
