#pragma once

#include <cmath>
#include <cstdint>

#include "backends/onednn/loops/lane.h"

namespace weft::onednn {

/// What a rate asks of an element's draw.
struct DropoutRate {
  explicit DropoutRate(double rate)
      : least(static_cast<std::uint64_t>(std::ceil(rate * 0x1.0p53))), scale(static_cast<float>(1.0 / (1.0 - rate))) {}

  std::uint64_t least;  ///< of the draw's 53 upper bits, as an integer, which vectors compare: the first that is kept
  float scale;          ///< of what is kept
};

namespace vmath {

/// F and Bits are float and std::uint64_t, or what records code.
template <typename F, typename Bits>
WEFT_INLINE F dropped(F x, Bits draw, const DropoutRate& rate) {
  return select(draw >> 11 < Bits{rate.least}, F{0.0F}, x * F{rate.scale});
}

}  // namespace vmath

}  // namespace weft::onednn
