#include "models/nmt/data/zstd.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

class Unpacker {
 public:
  explicit Unpacker(ByteStream packed) : packed_(std::move(packed)), stream_(ZSTD_createDStream(), ZSTD_freeDStream) {
    require(stream_ != nullptr, "not enough memory to unpack Zstandard data");
  }

  std::size_t read(std::span<std::byte> destination) {
    ZSTD_outBuffer out{destination.data(), destination.size(), 0};
    while (out.pos < out.size && !at_end_) unpack(out);
    return out.pos;
  }

 private:
  void unpack(ZSTD_outBuffer& out) {
    if (in_.pos == in_.size) in_ = {input_.data(), packed_(input_), 0};
    const bool was_last = in_.size == 0;
    if (was_last && is_between_frames_) {
      at_end_ = true;
      return;
    }
    const std::size_t before = out.pos;
    const std::size_t status = ZSTD_decompressStream(stream_.get(), &out, &in_);
    require(ZSTD_isError(status) == 0, "damaged Zstandard data: {}", ZSTD_getErrorName(status));
    is_between_frames_ = status == 0;
    require(!was_last || out.pos > before || is_between_frames_, "the Zstandard data are cut off");
  }

  ByteStream packed_;
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream_;
  std::vector<std::byte> input_ = std::vector<std::byte>(ZSTD_DStreamInSize());
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool is_between_frames_ = false;
  bool at_end_ = false;
};

}  // namespace

bool is_zstd(std::span<const std::byte> bytes) {
  constexpr std::array magic = {std::byte{0x28}, std::byte{0xB5}, std::byte{0x2F}, std::byte{0xFD}};
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

ByteStream unzstd(ByteStream packed) {
  const auto unpacker = std::make_shared<Unpacker>(std::move(packed));
  return [unpacker](std::span<std::byte> destination) { return unpacker->read(destination); };
}

}  // namespace weft::nmt
