#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace weft {

/// XXH64 (seed 0): a 64-bit checksum at the speed of memory. Finds damage, not forgery. Bytes may be added in pieces
/// of any size.
class Checksum {
 public:
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);
  /// Of all that was added so far.
  std::uint64_t value() const;

 private:
  static constexpr std::size_t block_size = 32;

  void add_block(const std::byte* block);

  std::array<std::uint64_t, 4> lanes_ = initial_lanes();
  std::array<std::byte, block_size> pending_{};
  std::size_t pending_size_ = 0;
  std::uint64_t total_ = 0;

  static std::array<std::uint64_t, 4> initial_lanes();
};

}  // namespace weft
