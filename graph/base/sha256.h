#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::nmt {

/// SHA-256 (FIPS 180-4) of a text that comes in pieces. It names the content of a corpus, nothing is kept secret by it,
/// so these few lines are worth more than the dependency on a library of cryptography.
class Sha256 {
 public:
  void update(std::string_view bytes);

  /// The digest of all that was given, as 64 hexadecimal digits in lower case. Nothing may be added after it.
  std::string hex_digest();

 private:
  static constexpr std::size_t block_size = 64;

  void process_block();

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, block_size> block_{};
  std::uint64_t size_ = 0;  // bytes given so far; size_ % block_size of them are in block_
};

}  // namespace weft::nmt
