#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "backends/onednn/loops/lane.h"
#include "ops/matrix/int8.h"

namespace weft::onednn {

/// How the numbers of a vector become integers in [-127, 127] times a step.
struct Quantisation {
  float step = 0.0F;
  float inverse = 0.0F;

  Quantisation() = default;
  /// `largest`: the vector's largest magnitude. When it is not finite the step is NaN and all integers are 0; when it
  /// is next to nothing both are 0.
  WEFT_INLINE explicit Quantisation(float largest) {
    if (!std::isfinite(largest))
      step = std::numeric_limits<float>::quiet_NaN();
    else if (largest > static_cast<float>(least_int8_magnitude)) {
      step = largest / 127.0F;
      inverse = 127.0F / largest;
    }
  }

  /// To the nearest, ties to even: adding 1.5 * 2^23 leaves the integer in the low bits of the sum.
  WEFT_INLINE std::int32_t integer(float number) const {
    constexpr float shift = 12582912.0F;
    // An infinity or NaN times 0 would be a NaN.
    const float scaled = inverse == 0.0F ? 0.0F : number * inverse;
    return std::bit_cast<std::int32_t>(scaled + shift) - std::bit_cast<std::int32_t>(shift);
  }
};

}  // namespace weft::onednn
