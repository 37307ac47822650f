#include "models/nmt/data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// zlib's state while it unpacks.
class Inflater {
 public:
  explicit Inflater(ByteStream packed) : packed_(std::move(packed)) {
    constexpr int gzip_with_largest_window = 16 + MAX_WBITS;
    require(inflateInit2(&stream_, gzip_with_largest_window) == Z_OK, "zlib cannot be started");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  std::size_t read(std::span<std::byte> destination) {
    std::size_t filled = 0;
    while (filled < destination.size() && !at_end_) filled += inflate(destination.subspan(filled));
    return filled;
  }

 private:
  /// Returns how many bytes came.
  std::size_t inflate(std::span<std::byte> destination) {
    if (stream_.avail_in == 0) refill();
    const bool was_last = stream_.avail_in == 0;
    const auto room = static_cast<uInt>(std::min<std::size_t>(destination.size(), std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(destination.data());
    stream_.avail_out = room;
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    require(status != Z_DATA_ERROR && status != Z_NEED_DICT, "damaged gzip data{}{}",
            stream_.msg != nullptr ? ": " : "", stream_.msg != nullptr ? stream_.msg : "");
    require(status != Z_MEM_ERROR, "not enough memory to unpack gzip data");
    const std::size_t got = room - stream_.avail_out;
    if (status == Z_STREAM_END)
      next_member();
    else
      require(!was_last || got > 0, "the gzip data are cut off");
    return got;
  }

  void next_member() {
    if (stream_.avail_in == 0) refill();
    at_end_ = stream_.avail_in == 0;
    if (!at_end_) check_invariant(inflateReset(&stream_) == Z_OK, "zlib cannot be reset");
  }

  void refill() {
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(packed_(input_));
  }

  ByteStream packed_;
  std::vector<std::byte> input_ = std::vector<std::byte>(std::size_t{1} << 16);
  z_stream stream_{};
  bool at_end_ = false;
};

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1F} && bytes[1] == std::byte{0x8B};
}

ByteStream gunzip(ByteStream packed) {
  const auto inflater = std::make_shared<Inflater>(std::move(packed));
  return [inflater](std::span<std::byte> destination) { return inflater->read(destination); };
}

}  // namespace weft::nmt
