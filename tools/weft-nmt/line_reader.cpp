#include "tools/weft-nmt/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 16;

}  // namespace

LineReader::LineReader(int descriptor, std::size_t max_bytes, std::size_t max_lines)
    : descriptor_(descriptor), max_bytes_(max_bytes), max_lines_(max_lines) {}

LineReader::Lines LineReader::read() {
  Lines result;
  result.first_number = returned_ + 1;
  while (result.lines.size() < max_lines_) {
    if (take_line(result.lines)) continue;
    drop_excess();
    if (at_end_ || (!result.lines.empty() && !more_is_there())) break;
    if (!fill()) at_end_ = true;
  }
  returned_ += result.lines.size();
  return result;
}

/// Moves the next line of the buffer to `lines`, if it is whole.
bool LineReader::take_line(std::vector<std::string>& lines) {
  const std::size_t end = buffer_.find('\n', searched_);
  const bool is_rest = end == std::string::npos;
  if (is_rest && (!at_end_ || position_ == buffer_.size())) {
    searched_ = buffer_.size();
    return false;
  }
  std::string line = buffer_.substr(position_, is_rest ? end : end - position_);
  if (line.ends_with('\r')) line.pop_back();
  if (line.size() > max_bytes_) line.resize(max_bytes_ + 1);
  lines.push_back(std::move(line));
  position_ = is_rest ? buffer_.size() : end + 1;
  searched_ = position_;
  return true;
}

/// Of a line that has begun, keeps so much that it is seen to be too long.
void LineReader::drop_excess() {
  const std::size_t enough = position_ + max_bytes_ + 2;  // the last may be the \r of its end
  if (buffer_.size() > enough) buffer_.resize(enough);
  searched_ = buffer_.size();
}

/// Reads on; false at the end of the input.
bool LineReader::fill() {
  buffer_.erase(0, position_);
  searched_ -= position_;
  position_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + chunk_bytes);
  ssize_t got = 0;
  do {
    got = ::read(descriptor_, buffer_.data() + size, chunk_bytes);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<std::size_t>(got > 0 ? got : 0));
  require(got >= 0, "cannot read standard input: {}", std::strerror(errno));
  return got > 0;
}

bool LineReader::more_is_there() const {
  pollfd poll{descriptor_, POLLIN, 0};
  return ::poll(&poll, 1, 0) > 0;
}

}  // namespace weft::nmt
