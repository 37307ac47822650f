#pragma once

#include <bit>
#include <cstdint>

#include "backends/onednn/codegen/recording.h"
#include "graph/base/random.h"

// Numbers that are recorded: with them the functions of loops/vector_math.h and loops/functions.h write the code that
// they would run.

namespace weft::onednn::vmath {

inline std::int32_t record(Operation operation, std::int32_t a = -1, std::int32_t b = -1, std::int32_t c = -1,
                           std::int64_t immediate = 0) {
  return Recording::current().add({operation, {a, b, c}, immediate});
}
inline std::int32_t record_constant(std::uint64_t bits) {
  return record(Operation::constant, -1, -1, -1, static_cast<std::int64_t>(bits));
}

/// All ones or all zeros.
struct Mask {
  std::int32_t step;

  friend Mask either(Mask a, Mask b) { return {record(Operation::bit_or, a.step, b.step)}; }
  friend Mask select(Mask mask, Mask a, Mask b) { return {record(Operation::select, mask.step, a.step, b.step)}; }
};

struct I32 {
  I32(std::int32_t value) : step(record_constant(twice(value))) {}  // NOLINT: as a literal is
  static I32 of(std::int32_t step) { return I32(Step{step}); }

  friend I32 add(I32 a, I32 b) { return of(record(Operation::integer_add, a.step, b.step)); }
  friend I32 subtract(I32 a, I32 b) { return of(record(Operation::integer_subtract, a.step, b.step)); }
  friend I32 multiply(I32 a, I32 b) { return of(record(Operation::integer_multiply, a.step, b.step)); }
  friend I32 negate(I32 x) { return subtract(I32(0), x); }
  friend I32 abs(I32 x) { return select(x < 0, negate(x), x); }
  friend I32 larger(I32 a, I32 b) { return of(record(Operation::integer_maximum, a.step, b.step)); }
  friend I32 smaller(I32 a, I32 b) { return of(record(Operation::integer_minimum, a.step, b.step)); }
  friend I32 bit_or(I32 a, I32 b) { return of(record(Operation::bit_or, a.step, b.step)); }
  friend I32 shift_left(I32 x, int places) { return of(record(Operation::shift_left, x.step, -1, -1, places)); }
  friend I32 shift_right(I32 x, int places) { return of(record(Operation::shift_right, x.step, -1, -1, places)); }
  friend Mask operator==(I32 a, I32 b) { return {record(Operation::integer_equal, a.step, b.step)}; }
  friend Mask operator>(I32 a, I32 b) { return {record(Operation::integer_greater, a.step, b.step)}; }
  friend Mask operator<(I32 a, I32 b) { return b > a; }
  friend I32 select(Mask mask, I32 a, I32 b) { return of(record(Operation::select, mask.step, a.step, b.step)); }

  std::int32_t step;

 private:
  struct Step {
    std::int32_t index;
  };
  explicit I32(Step of) : step(of.index) {}
};

struct F32 {
  F32(float value) : step(I32(std::bit_cast<std::int32_t>(value)).step) {}  // NOLINT: as a literal is
  static F32 of(std::int32_t step) { return F32(Step{step}); }

  friend F32 operator+(F32 a, F32 b) { return of(record(Operation::add, a.step, b.step)); }
  friend F32 operator-(F32 a, F32 b) { return of(record(Operation::subtract, a.step, b.step)); }
  friend F32 operator*(F32 a, F32 b) { return of(record(Operation::multiply, a.step, b.step)); }
  friend F32 operator/(F32 a, F32 b) { return of(record(Operation::divide, a.step, b.step)); }
  friend F32 operator-(F32 x) { return of(record(Operation::bit_xor, x.step, sign().step)); }
  friend F32 add(F32 a, F32 b) { return a + b; }
  friend F32 subtract(F32 a, F32 b) { return a - b; }
  friend F32 multiply(F32 a, F32 b) { return a * b; }
  friend F32 negate(F32 x) { return -x; }
  friend F32 fma(F32 a, F32 b, F32 c) { return of(record(Operation::fma, a.step, b.step, c.step)); }
  friend F32 abs(F32 x) { return of(record(Operation::bit_and, x.step, I32(0x7fffffff).step)); }
  friend F32 copysign(F32 magnitude, F32 of_sign) {
    const std::int32_t only_sign = record(Operation::bit_and, of_sign.step, sign().step);
    return of(record(Operation::bit_or, abs(magnitude).step, only_sign));
  }
  friend F32 sqrt(F32 x) { return of(record(Operation::square_root, x.step)); }
  friend F32 floor(F32 x) { return of(record(Operation::floor, x.step)); }
  friend F32 round(F32 x) { return of(record(Operation::round, x.step)); }
  friend F32 at_least(F32 x, F32 limit) { return of(record(Operation::maximum, limit.step, x.step)); }
  friend F32 at_most(F32 x, F32 limit) { return of(record(Operation::minimum, limit.step, x.step)); }
  friend F32 larger(F32 a, F32 b) { return select(a != a, a, of(record(Operation::maximum, a.step, b.step))); }
  friend F32 smaller(F32 a, F32 b) { return select(a != a, a, of(record(Operation::minimum, a.step, b.step))); }
  friend Mask operator<(F32 a, F32 b) { return {record(Operation::less, a.step, b.step)}; }
  friend Mask operator>(F32 a, F32 b) { return b < a; }
  friend Mask operator<=(F32 a, F32 b) { return {record(Operation::less_equal, a.step, b.step)}; }
  friend Mask operator>=(F32 a, F32 b) { return b <= a; }
  friend Mask operator==(F32 a, F32 b) { return {record(Operation::equal, a.step, b.step)}; }
  friend Mask operator!=(F32 a, F32 b) { return {record(Operation::unequal, a.step, b.step)}; }
  friend F32 select(Mask mask, F32 a, F32 b) { return of(record(Operation::select, mask.step, a.step, b.step)); }

  std::int32_t step;

 private:
  struct Step {
    std::int32_t index;
  };
  explicit F32(Step of) : step(of.index) {}
  static I32 sign() { return std::int32_t(-0x7fffffff - 1); }
};

/// Unsigned, of 64 bits.
struct U64 {
  U64(std::uint64_t value) : half(record_constant(value)), other(half) {}  // NOLINT: as a literal is
  /// The counters of CounterRandom, from that of a pointer on.
  static U64 counters(std::int32_t pointer) {
    const std::int32_t half = record(Operation::count, -1, -1, -1, pointer);
    return {half, record(Operation::count_on, half)};
  }

  friend U64 operator^(U64 a, U64 b) { return both(Operation::bit_xor, a, b); }
  friend U64 operator*(U64 a, U64 b) { return both(Operation::long_multiply, a, b); }
  friend U64 operator>>(U64 x, int places) {
    return {record(Operation::long_shift_right, x.half, -1, -1, places),
            record(Operation::long_shift_right, x.other, -1, -1, places)};
  }
  /// Than an even constant.
  friend Mask operator<(U64 x, U64 limit) { return {record(Operation::long_less, x.half, x.other, limit.half)}; }

  std::int32_t half;
  std::int32_t other;

 private:
  U64(std::int32_t of_half, std::int32_t of_other) : half(of_half), other(of_other) {}
  static U64 both(Operation operation, U64 a, U64 b) {
    return {record(operation, a.half, b.half), record(operation, a.other, b.other)};
  }
};

inline I32 bits_of(F32 x) { return I32::of(x.step); }
inline F32 of_bits(I32 x) { return F32::of(x.step); }
inline F32 to_float(I32 x) { return F32::of(record(Operation::to_float, x.step)); }
inline I32 cut(F32 x) { return I32::of(record(Operation::cut, x.step)); }

}  // namespace weft::onednn::vmath
