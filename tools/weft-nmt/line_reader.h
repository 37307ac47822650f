#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace weft::nmt {

/// Lines of a file descriptor, as many at once as are there: from a file or a full pipe many, from a terminal or a
/// program that waits for each answer one.
class LineReader {
 public:
  /// Of a line longer than `max_bytes` one byte more than those is returned, and no more is kept of it; at most
  /// `max_lines` are returned at once.
  LineReader(int descriptor, std::size_t max_bytes, std::size_t max_lines);

  struct Lines {
    std::vector<std::string> lines;  ///< without their ends
    std::size_t first_number = 1;    ///< of the first line, from 1
  };
  /// Waits for at least one line. No lines: the input is at its end. Throws Error when it cannot be read.
  Lines read();

 private:
  bool take_line(std::vector<std::string>& lines);
  void drop_excess();
  bool fill();
  bool more_is_there() const;

  int descriptor_;
  std::size_t max_bytes_;
  std::size_t max_lines_;
  std::string buffer_;
  std::size_t position_ = 0;  // of the first byte of buffer_ that is not a returned line's
  std::size_t searched_ = 0;  // from there to here is no end of a line
  std::size_t returned_ = 0;  // lines
  bool at_end_ = false;
};

}  // namespace weft::nmt
