#pragma once

#include <cmath>
#include <cstdint>

#include "backends/onednn/loops/lane.h"

namespace weft::onednn {

/// What a rate asks of an element's draw.
struct DropoutRate {
  explicit DropoutRate(double rate)
      : limit(static_cast<std::uint64_t>(std::ceil(rate * 0x1.0p53)) << 11),
        scale(static_cast<float>(1.0 / (1.0 - rate))) {}

  std::uint64_t limit;  ///< even: of a draw's 64 bits 53 count. Draws below it are dropped
  float scale;          ///< of what is kept
};

namespace vmath {

/// F and Bits are float and std::uint64_t, or what records code.
template <typename F, typename Bits>
WEFT_INLINE F dropped(F x, Bits draw, const DropoutRate& rate) {
  return select(draw < Bits{rate.limit}, F{0.0F}, x * F{rate.scale});
}

}  // namespace vmath

}  // namespace weft::onednn
