#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "backends/onednn/parallel.h"

// Moving blocks of memory, the work split among threads by bytes.

namespace weft::onednn {

/// `rows` rows of `row_bytes` bytes each, `from_pitch` apart in the source and `to_pitch` in the destination.
struct CopyRows {
  std::int64_t rows = 0;
  std::int64_t row_bytes = 0;
  std::int64_t from_pitch = 0;
  std::int64_t to_pitch = 0;

  std::int64_t bytes() const { return rows * row_bytes; }

  /// Calls piece(from offset, to offset, bytes) for the rows' pieces that are this thread's.
  template <typename Piece>
  void for_each_piece(const ThreadShare& share, const Piece& piece) const {
    const Range range = share.of(bytes(), 64);
    std::int64_t at = range.first;
    while (at < range.last) {
      const std::int64_t row = at / row_bytes;
      const std::int64_t within = at % row_bytes;
      const std::int64_t length = std::min(row_bytes - within, range.last - at);
      piece(row * from_pitch + within, row * to_pitch + within, length);
      at += length;
    }
  }

  /// Copies this thread's part.
  void copy(const ThreadShare& share, const std::byte* from, std::byte* to) const {
    for_each_piece(share, [&](std::int64_t from_offset, std::int64_t to_offset, std::int64_t length) {
      std::memcpy(to + to_offset, from + from_offset, static_cast<std::size_t>(length));
    });
  }

  /// Zeroes this thread's part of the destination.
  void zero(const ThreadShare& share, std::byte* to) const {
    for_each_piece(share, [&](std::int64_t, std::int64_t to_offset, std::int64_t length) {
      std::memset(to + to_offset, 0, static_cast<std::size_t>(length));
    });
  }
};

/// The work of moving bytes, as parallel_region counts it.
constexpr std::int64_t copy_work(std::int64_t bytes) { return bytes / 8; }

}  // namespace weft::onednn
