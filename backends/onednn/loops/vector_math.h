#pragma once

#include <cstdint>
#include <limits>

#include "backends/onednn/loops/lane.h"

/// Elementary functions in float without branches, so that loops over them vectorise. They follow the C library's at
/// infinities, NaN, zeros and denormals, and are within 3 units in the last place of the exact result. F is float, or
/// what records code.
namespace weft::onednn::vmath {

/// exp(x) = 2^n (1 + q), with n = round(x / ln 2), r = x - n ln 2, |r| <= ln 2 / 2, and q = exp(r) - 1 by a polynomial.
template <typename F>
struct ExpParts {
  using Integer = decltype(bits_of(F{0.0F}));
  F q;
  Integer n;
};
template <typename F>
WEFT_INLINE ExpParts<F> exp_parts(F x) {
  // Past these the result is 0 or infinity; comparisons with NaN are false, so NaN passes.
  const F clamped = at_most(at_least(x, -104.0F), 89.0F);
  // Adding 1.5 * 2^23 rounds to an integer, and leaves it in the low bits of the sum.
  const F shift = 12582912.0F;
  const F shifted = fma(clamped, 1.44269504088896341F, shift);
  const F n = shifted - shift;
  // ln 2 in two parts, the first of so few bits that n times it is exact.
  F r = fma(n, -0.693359375F, clamped);
  r = fma(n, 2.12194440054690583e-4F, r);
  F p = fma(r, 1.9875691500e-4F, 1.3981999507e-3F);
  p = fma(p, r, 8.3334519073e-3F);
  p = fma(p, r, 4.1665795894e-2F);
  p = fma(p, r, 1.6666665459e-1F);
  p = fma(p, r, 5.0000001201e-1F);
  return {fma(p, r * r, r), subtract(bits_of(shifted), bits_of(shift))};
}

/// 2^exponent, for an exponent of normal numbers.
template <typename Integer>
WEFT_INLINE auto power_of_2(Integer exponent) {
  return of_bits(shift_left(add(exponent, 127), 23));
}

/// exp(x), by its parts.
template <typename F>
WEFT_INLINE F exp(F x) {
  const ExpParts<F> parts = exp_parts(x);
  // 2^n in two factors: n alone may lie outside a float's exponents (denormal results, the last ones before infinity).
  const auto half = shift_right(parts.n, 1);
  return (parts.q + 1.0F) * power_of_2(half) * power_of_2(subtract(parts.n, half));
}

/// exp(x) - 1 = 2^n q + (2^n - 1), which does not cancel; from 2^24 on, exp(x).
template <typename F>
WEFT_INLINE F expm1(F x) {
  const ExpParts<F> parts = exp_parts(at_least(x, -24.0F));
  const F power = power_of_2(select(parts.n < 127, parts.n, decltype(parts.n){127}));
  const F y = fma(power, parts.q, power - 1.0F);
  // A zero keeps its sign.
  return select(x == 0.0F, x, select(x > 17.0F, exp(x), y));
}

/// 1 / (1 + exp(-x)), through exp(-|x|), which cannot overflow.
template <typename F>
WEFT_INLINE F sigmoid(F x) {
  const F e = exp(-abs(x));
  return select(x < 0.0F, e, F{1.0F}) / (1.0F + e);
}

/// tanh(x): an odd polynomial near 0, where the other formula cancels; else 1 - 2 / (exp(2 |x|) + 1) with x's sign.
template <typename F>
WEFT_INLINE F tanh(F x) {
  const F magnitude = abs(x);
  const F large = 1.0F - 2.0F / (exp(magnitude + magnitude) + 1.0F);
  const F square = x * x;
  F p = fma(square, -5.70498872745e-3F, 2.06390887954e-2F);
  p = fma(p, square, -5.37397155531e-2F);
  p = fma(p, square, 1.33314422036e-1F);
  p = fma(p, square, -3.33332819422e-1F);
  const F small = fma(p * square, magnitude, magnitude);
  return copysign(select(magnitude < 0.625F, small, large), x);
}

/// log(x) = e ln 2 + log(m), x = 2^e m, m in [sqrt(1/2), sqrt(2)), with log(m) by a polynomial in m - 1.
template <typename F>
WEFT_INLINE F log(F x) {
  const auto denormal = x < std::numeric_limits<float>::min();
  const auto bits = bits_of(select(denormal, x * 8388608.0F, x));
  // Subtracting the bits of sqrt(1/2) makes the exponent field count from there.
  constexpr std::int32_t root_half = 0x3f3504f3;
  const auto e = shift_right(subtract(bits, root_half), 23);
  const F m = of_bits(subtract(bits, shift_left(e, 23))) - 1.0F;
  const F exponent = to_float(e) - select(denormal, F{23.0F}, F{0.0F});
  F p = fma(m, 7.0376836292e-2F, -1.1514610310e-1F);
  p = fma(p, m, 1.1676998740e-1F);
  p = fma(p, m, -1.2420140846e-1F);
  p = fma(p, m, 1.4249322787e-1F);
  p = fma(p, m, -1.6668057665e-1F);
  p = fma(p, m, 2.0000714765e-1F);
  p = fma(p, m, -2.4999993993e-1F);
  p = fma(p, m, 3.3333331174e-1F);
  const F square = m * m;
  F y = p * m * square;
  y = fma(exponent, -2.12194440054690583e-4F, y);
  y = fma(square, -0.5F, y);
  y = fma(exponent, 0.693359375F, m + y);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  y = select(x == infinity, F{infinity}, y);
  y = select(x == 0.0F, F{-infinity}, y);
  return select(x >= 0.0F, y, F{std::numeric_limits<float>::quiet_NaN()});
}

/// log(1 + x) = log(u) x / (u - 1), with u = 1 + x rounded: the quotient makes up for what the rounding took away.
template <typename F>
WEFT_INLINE F log1p(F x) {
  const F u = 1.0F + x;
  const F difference = u - 1.0F;
  const F y = log(u) * (x / difference);
  // Where x vanishes beside 1 it is the result; at infinity the quotient is none.
  return select(difference == 0.0F, x, select(u == std::numeric_limits<float>::infinity(), u, y));
}

/// erf(x): an odd polynomial near 0; else 1 - exp(-p(|x|)), with x's sign.
template <typename F>
WEFT_INLINE F erf(F x) {
  const F magnitude = abs(x);
  const F square = x * x;
  F p = fma(magnitude, -1.72853470e-5F, 3.83197126e-4F);
  p = fma(p, square, fma(magnitude, -3.88396438e-3F, 2.42546219e-2F));
  p = fma(p, magnitude, -1.06777877e-1F);
  p = fma(p, magnitude, -6.34846687e-1F);
  p = fma(p, magnitude, -1.28717512e-1F);
  const F large = 1.0F - exp(fma(p, magnitude, -magnitude));
  F q = fma(square, -5.96761703e-4F, 4.99119423e-3F);
  q = fma(q, square, -2.67681349e-2F);
  q = fma(q, square, 1.12819925e-1F);
  q = fma(q, square, -3.76125336e-1F);
  q = fma(q, square, 1.28379166e-1F);
  const F small = fma(q, x, x);
  return select(magnitude > 0.927734375F, copysign(large, x), small);
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
template <typename F>
WEFT_INLINE F softplus(F x) {
  return select(x > 0.0F, x, F{0.0F}) + log1p(exp(-abs(x)));
}

/// x without its fraction; the nearest integer when it does not fit, 0 when it is NaN. What does not fit is moved to
/// where it does before it is cut: to `largest`, the last below 2^31.
template <typename F>
WEFT_INLINE auto to_integer(F x, F largest) {
  using Integer = decltype(cut(x));
  const F least = -0x1p31F;
  const F not_below = select(x > least, x, least);
  const Integer inside = cut(select(not_below < largest, not_below, largest));
  const Integer y = select(x >= F{0x1p31F}, Integer{std::numeric_limits<std::int32_t>::max()}, inside);
  return select(x == x, y, Integer{0});
}
WEFT_INLINE std::int32_t to_integer(double x) { return to_integer(x, 2147483647.0); }
template <typename F>
WEFT_INLINE auto to_integer(F x) {
  return to_integer(x, F{0x1.fffffep30F});
}

/// What BFloat16 (graph/base/bfloat16.h) makes of x, as the float that it stands for.
template <typename F>
WEFT_INLINE F rounded_to_bf16(F x) {
  const auto bits = bits_of(x);
  const auto upper = [](auto of) { return shift_left(shift_right(of, 16), 16); };
  const auto odd = shift_right(shift_left(bits, 15), 31);  // -1 where the upper half is odd, else 0
  const F nearest = of_bits(upper(subtract(add(bits, 0x7fff), odd)));
  return select(x == x, nearest, of_bits(bit_or(upper(bits), 0x400000)));
}

}  // namespace weft::onednn::vmath
