#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "backends/onednn/loops/vectorise.h"

/// Elementary functions in float without branches, so that loops over them vectorise. They follow the C library's at
/// infinities, NaN, zeros and denormals, and are within 3 units in the last place of the exact result.
namespace weft::onednn::vmath {

/// exp(x) = 2^n (1 + q), with n = round(x / ln 2), r = x - n ln 2, |r| <= ln 2 / 2, and q = exp(r) - 1 by a polynomial.
struct ExpParts {
  float q;
  std::int32_t n;
};
WEFT_INLINE ExpParts exp_parts(float x) {
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
  return {std::fma(p, r * r, r), std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(shift)};
}

/// 2^exponent, for an exponent of normal numbers.
WEFT_INLINE float power_of_2(std::int32_t exponent) {
  return std::bit_cast<float>((static_cast<std::uint32_t>(exponent) + 127U) << 23U);
}

/// exp(x), by its parts.
WEFT_INLINE float exp(float x) {
  const ExpParts parts = exp_parts(x);
  // 2^n in two factors: n alone may lie outside a float's exponents (denormal results, the last ones before infinity).
  const std::int32_t half = parts.n >> 1;
  return (parts.q + 1.0F) * power_of_2(half) * power_of_2(parts.n - half);
}

/// exp(x) - 1 = 2^n q + (2^n - 1), which does not cancel; from 2^24 on, exp(x).
WEFT_INLINE float expm1(float x) {
  const ExpParts parts = exp_parts(x > -24.0F ? x : (x < -24.0F ? -24.0F : x));
  const float power = power_of_2(parts.n < 127 ? parts.n : 127);
  const float y = std::fma(power, parts.q, power - 1.0F);
  // A zero keeps its sign.
  return x == 0.0F ? x : (x > 17.0F ? exp(x) : y);
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

/// log(1 + x) = log(u) x / (u - 1), with u = 1 + x rounded: the quotient makes up for what the rounding took away.
WEFT_INLINE float log1p(float x) {
  const float u = 1.0F + x;
  const float difference = u - 1.0F;
  const float y = log(u) * (x / difference);
  // Where x vanishes beside 1 it is the result; at infinity the quotient is none.
  return difference == 0.0F ? x : (u == std::numeric_limits<float>::infinity() ? u : y);
}

/// erf(x): an odd polynomial near 0; else 1 - exp(-p(|x|)), with x's sign.
WEFT_INLINE float erf(float x) {
  const float magnitude = std::fabs(x);
  const float square = x * x;
  float p = std::fma(-1.72853470e-5F, magnitude, 3.83197126e-4F);
  p = std::fma(p, square, std::fma(-3.88396438e-3F, magnitude, 2.42546219e-2F));
  p = std::fma(p, magnitude, -1.06777877e-1F);
  p = std::fma(p, magnitude, -6.34846687e-1F);
  p = std::fma(p, magnitude, -1.28717512e-1F);
  const float large = 1.0F - exp(std::fma(p, magnitude, -magnitude));
  float q = -5.96761703e-4F;
  q = std::fma(q, square, 4.99119423e-3F);
  q = std::fma(q, square, -2.67681349e-2F);
  q = std::fma(q, square, 1.12819925e-1F);
  q = std::fma(q, square, -3.76125336e-1F);
  q = std::fma(q, square, 1.28379166e-1F);
  const float small = std::fma(q, x, x);
  return magnitude > 0.927734375F ? std::copysign(large, x) : small;
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
WEFT_INLINE float softplus(float x) { return (x > 0.0F ? x : 0.0F) + log1p(exp(-std::fabs(x))); }

}  // namespace weft::onednn::vmath
