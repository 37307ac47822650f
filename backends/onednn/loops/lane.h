#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "backends/onednn/loops/vectorise.h"

// What is done with one element, in words that loops over arrays and generated code (codegen/recorder.h) share: a function
// written with these is defined once, and its bits are the same wherever it runs.

namespace weft::onednn::vmath {

// Integers wrap around.
WEFT_INLINE float add(float a, float b) { return a + b; }
WEFT_INLINE float subtract(float a, float b) { return a - b; }
WEFT_INLINE float multiply(float a, float b) { return a * b; }
WEFT_INLINE std::int32_t add(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}
WEFT_INLINE std::int32_t subtract(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b));
}
WEFT_INLINE std::int32_t multiply(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) * static_cast<std::uint32_t>(b));
}
WEFT_INLINE float negate(float x) { return -x; }
WEFT_INLINE std::int32_t negate(std::int32_t x) { return subtract(0, x); }

/// a b + c, rounded once.
WEFT_INLINE float fma(float a, float b, float c) { return std::fma(a, b, c); }
WEFT_INLINE float abs(float x) { return std::fabs(x); }
WEFT_INLINE std::int32_t abs(std::int32_t x) { return x < 0 ? negate(x) : x; }
WEFT_INLINE float copysign(float magnitude, float sign) { return std::copysign(magnitude, sign); }
WEFT_INLINE float sqrt(float x) { return std::sqrt(x); }
WEFT_INLINE float floor(float x) { return std::floor(x); }
/// In the rounding mode of a program that does not change it: of two, the even one.
WEFT_INLINE float round(float x) { return std::nearbyint(x); }

template <typename T>
WEFT_INLINE T select(bool condition, T a, T b) {
  return condition ? a : b;
}
WEFT_INLINE bool either(bool a, bool b) { return a || b; }

/// The limit where x lies beyond it; x when it is NaN.
WEFT_INLINE float at_least(float x, float limit) { return x < limit ? limit : x; }
WEFT_INLINE float at_most(float x, float limit) { return x > limit ? limit : x; }
/// The larger one; NaN when either is: comparisons with it are false, so that b is taken when it is NaN.
template <typename T>
WEFT_INLINE T larger(T a, T b) {
  return a > b || a != a ? a : b;
}
/// The smaller one, likewise.
template <typename T>
WEFT_INLINE T smaller(T a, T b) {
  return a < b || a != a ? a : b;
}

WEFT_INLINE std::int32_t bits_of(float x) { return std::bit_cast<std::int32_t>(x); }
WEFT_INLINE float of_bits(std::int32_t bits) { return std::bit_cast<float>(bits); }
WEFT_INLINE std::int32_t bit_or(std::int32_t a, std::int32_t b) { return a | b; }
WEFT_INLINE std::int32_t shift_left(std::int32_t x, int places) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << places);
}
/// The sign comes in from the left.
WEFT_INLINE std::int32_t shift_right(std::int32_t x, int places) { return x >> places; }

WEFT_INLINE float to_float(std::int32_t x) { return static_cast<float>(x); }
/// Without the fraction; x lies between the least and the largest integer.
WEFT_INLINE std::int32_t cut(float x) { return static_cast<std::int32_t>(x); }
WEFT_INLINE std::int32_t cut(double x) { return static_cast<std::int32_t>(x); }

}  // namespace weft::onednn::vmath

namespace weft::onednn {

/// The larger one, for reductions.
struct Max {
  template <typename T>
  WEFT_INLINE T operator()(T a, T b) const {
    return vmath::larger(a, b);
  }
};

}  // namespace weft::onednn
