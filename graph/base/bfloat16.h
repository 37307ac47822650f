#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace weft {

/// The upper half of a float: its sign and exponent, and the first 7 bits of its fraction.
class BFloat16 {
 public:
  BFloat16() = default;
  /// Rounds to the nearest, of two to the even one. A NaN stays one, though its lower bits go.
  explicit BFloat16(float number) : bits_(rounded(std::bit_cast<std::uint32_t>(number))) {}
  operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16U); }

  /// The upper half as it is, without rounding.
  static BFloat16 cut(float number) {
    BFloat16 result;
    result.bits_ = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(number) >> 16U);
    return result;
  }

 private:
  static std::uint16_t rounded(std::uint32_t bits) {
    constexpr std::uint32_t infinity = 0x7f800000U;
    if ((bits & 0x7fffffffU) > infinity) return static_cast<std::uint16_t>((bits >> 16U) | 0x40U);
    return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
  }

  std::uint16_t bits_;
};

/// The element type in which products of factors of one are added: theirs, but float for BFloat16.
template <typename T>
using SumOf = std::conditional_t<std::is_same_v<T, BFloat16>, float, T>;

}  // namespace weft
