#include "models/nmt/data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

/// zlib's state while it unpacks.
class Inflater {
 public:
  Inflater() {
    constexpr int gzip_with_largest_window = 16 + MAX_WBITS;
    require(inflateInit2(&stream_, gzip_with_largest_window) == Z_OK, "zlib cannot be started");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  z_stream* operator->() { return &stream_; }
  int inflate() { return ::inflate(&stream_, Z_NO_FLUSH); }
  void next_member() { check_invariant(inflateReset(&stream_) == Z_OK, "zlib cannot be reset"); }

 private:
  z_stream stream_{};
};

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

std::string gunzip(std::string_view bytes, std::uint64_t max_bytes) {
  constexpr std::size_t max_input = std::numeric_limits<uInt>::max();
  std::string content;
  std::array<char, std::size_t{1} << 16> piece{};
  Inflater inflater;
  const auto refill = [&] {
    const std::string_view next = bytes.substr(0, max_input);
    inflater->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(next.data()));  // which zlib only reads
    inflater->avail_in = static_cast<uInt>(next.size());
    bytes.remove_prefix(next.size());
  };
  refill();
  while (true) {
    inflater->next_out = reinterpret_cast<Bytef*>(piece.data());
    inflater->avail_out = piece.size();
    const int status = inflater.inflate();
    require(status != Z_DATA_ERROR && status != Z_NEED_DICT, "damaged gzip data{}{}",
            inflater->msg != nullptr ? ": " : "", inflater->msg != nullptr ? inflater->msg : "");
    require(status != Z_MEM_ERROR, "not enough memory to unpack gzip data");
    const std::size_t got = piece.size() - inflater->avail_out;
    require(got <= max_bytes - content.size(), "it unpacks to more than {} bytes", max_bytes);
    content.append(piece.data(), got);
    if (inflater->avail_in == 0 && !bytes.empty()) refill();
    const bool is_at_end = inflater->avail_in == 0;
    if (status == Z_STREAM_END) {
      if (is_at_end) return content;
      inflater.next_member();
    } else {
      require(!is_at_end || got > 0, "the gzip data are cut off");
    }
  }
}

}  // namespace weft::nmt
