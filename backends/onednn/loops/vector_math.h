#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "backends/onednn/loops/vectorise.h"

/// Elementary functions in float without branches, so that loops over them vectorise. They follow the C library's at
/// infinities, NaN, zeros and denormals, and are within 3 units in the last place of the exact result.
namespace weft::onednn::vmath {

/// exp(x) = 2^n * exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, with exp(r) by a polynomial.
WEFT_INLINE float exp(float x) {
  // Past these the result is 0 or infinity; comparisons with NaN are false, so NaN passes.
  float clamped = x < -104.0F ? -104.0F : x;
  clamped = clamped > 89.0F ? 89.0F : clamped;
  // Adding 1.5 * 2^23 rounds to an integer, and leaves it in the low bits of the sum.
  constexpr float shift = 12582912.0F;
  const float shifted = std::fma(clamped, 1.44269504088896341F, shift);
  const float n = shifted - shift;
  // ln 2 in two parts, the first of so few bits that n times it is exact.
  float r = std::fma(n, -0.693359375F, clamped);
  r = std::fma(n, 2.12194440054690583e-4F, r);
  float p = 1.9875691500e-4F;
  p = std::fma(p, r, 1.3981999507e-3F);
  p = std::fma(p, r, 8.3334519073e-3F);
  p = std::fma(p, r, 4.1665795894e-2F);
  p = std::fma(p, r, 1.6666665459e-1F);
  p = std::fma(p, r, 5.0000001201e-1F);
  p = std::fma(p, r * r, r) + 1.0F;
  // 2^n in two factors: n alone may lie outside a float's exponents (denormal results, the last ones before infinity).
  const std::int32_t exponent = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(shift);
  const std::int32_t half = exponent >> 1;
  const auto power = [](std::int32_t e) WEFT_INLINE_LAMBDA {
    return std::bit_cast<float>((static_cast<std::uint32_t>(e) + 127U) << 23U);
  };
  return p * power(half) * power(exponent - half);
}

/// 1 / (1 + exp(-x)), through exp(-|x|), which cannot overflow.
WEFT_INLINE float sigmoid(float x) {
  const float e = exp(-std::fabs(x));
  return (x < 0.0F ? e : 1.0F) / (1.0F + e);
}

/// tanh(x): an odd polynomial near 0, where the other formula cancels; else 1 - 2 / (exp(2 |x|) + 1) with x's sign.
WEFT_INLINE float tanh(float x) {
  const float magnitude = std::fabs(x);
  const float large = 1.0F - 2.0F / (exp(magnitude + magnitude) + 1.0F);
  const float square = x * x;
  float p = -5.70498872745e-3F;
  p = std::fma(p, square, 2.06390887954e-2F);
  p = std::fma(p, square, -5.37397155531e-2F);
  p = std::fma(p, square, 1.33314422036e-1F);
  p = std::fma(p, square, -3.33332819422e-1F);
  const float small = std::fma(p * square, magnitude, magnitude);
  return std::copysign(magnitude < 0.625F ? small : large, x);
}

/// log(x) = e ln 2 + log(m), x = 2^e m, m in [sqrt(1/2), sqrt(2)), with log(m) by a polynomial in m - 1.
WEFT_INLINE float log(float x) {
  const bool denormal = x < std::numeric_limits<float>::min();
  const float normal = denormal ? x * 8388608.0F : x;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(normal);
  // Subtracting the bits of sqrt(1/2) makes the exponent field count from there.
  constexpr std::uint32_t root_half = 0x3f3504f3U;
  const std::int32_t e = static_cast<std::int32_t>(bits - root_half) >> 23;
  const float m = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(e) << 23U)) - 1.0F;
  const float exponent = static_cast<float>(e) - (denormal ? 23.0F : 0.0F);
  float p = 7.0376836292e-2F;
  p = std::fma(p, m, -1.1514610310e-1F);
  p = std::fma(p, m, 1.1676998740e-1F);
  p = std::fma(p, m, -1.2420140846e-1F);
  p = std::fma(p, m, 1.4249322787e-1F);
  p = std::fma(p, m, -1.6668057665e-1F);
  p = std::fma(p, m, 2.0000714765e-1F);
  p = std::fma(p, m, -2.4999993993e-1F);
  p = std::fma(p, m, 3.3333331174e-1F);
  const float square = m * m;
  float y = p * m * square;
  y = std::fma(exponent, -2.12194440054690583e-4F, y);
  y = std::fma(square, -0.5F, y);
  y = std::fma(exponent, 0.693359375F, m + y);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  y = x == infinity ? infinity : y;
  y = x == 0.0F ? -infinity : y;
  return x >= 0.0F ? y : std::numeric_limits<float>::quiet_NaN();
}

}  // namespace weft::onednn::vmath
