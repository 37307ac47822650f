#pragma once

#include <cmath>
#include <cstdint>
#include <map>

#include "backends/onednn/loops/vector_math.h"
#include "ops/op_list.h"

// The functions of one element that pointwise ops compute, of which loops and generated code are made; and, by op, which
// they are. T is float or std::int32_t, or what records code.

namespace weft::onednn::vmath {

struct Neg {
  template <typename T>
  WEFT_INLINE static T of(T x) {
    return negate(x);
  }
};
struct Abs {
  template <typename T>
  WEFT_INLINE static T of(T x) {
    return abs(x);
  }
};
struct Sign {
  template <typename T>
  WEFT_INLINE static T of(T x) {
    const T below = select(x < T{0}, T{-1}, x);  // a zero, or NaN
    return select(x > T{0}, T{1}, below);
  }
};
struct Exp {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return exp(x);
  }
};
struct Log {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return log(x);
  }
};
struct Tanh {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return tanh(x);
  }
};
struct Sigmoid {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return sigmoid(x);
  }
};
struct Relu {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return at_least(x, 0.0F);
  }
};
struct Sqrt {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return sqrt(x);
  }
};
struct Floor {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return floor(x);
  }
};
struct Round {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return round(x);
  }
};
struct Log1p {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return log1p(x);
  }
};
struct Expm1 {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return expm1(x);
  }
};
struct Erf {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return erf(x);
  }
};
struct Softplus {
  template <typename F>
  WEFT_INLINE static F of(F x) {
    return softplus(x);
  }
};

struct Add {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return add(a, b);
  }
};
struct Sub {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return subtract(a, b);
  }
};
struct Mul {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return multiply(a, b);
  }
};
struct Div {
  template <typename F>
  WEFT_INLINE static F of(F a, F b) {
    return a / b;
  }
};
struct Minimum {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return smaller(a, b);
  }
};
struct Maximum {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return larger(a, b);
  }
};
struct Equal {
  template <typename T>
  WEFT_INLINE static auto of(T a, T b) {
    return a == b;
  }
};
struct Less {
  template <typename T>
  WEFT_INLINE static auto of(T a, T b) {
    return a < b;
  }
};

/// By op, what `make` makes of its function of one operand.
template <typename Make>
auto table_of_unary_numbers(Make make) {
  using Entry = decltype(make(Neg{}));
  return std::map<const Op*, Entry>{{&op::neg, make(Neg{})}, {&op::abs, make(Abs{})}, {&op::sign, make(Sign{})}};
}
/// The same, of those for floating-point operands alone.
template <typename Make>
auto table_of_unary_floats(Make make) {
  using Entry = decltype(make(Neg{}));
  return std::map<const Op*, Entry>{
      {&op::exp, make(Exp{})},         {&op::log, make(Log{})},     {&op::tanh, make(Tanh{})},
      {&op::sigmoid, make(Sigmoid{})}, {&op::relu, make(Relu{})},   {&op::sqrt, make(Sqrt{})},
      {&op::floor, make(Floor{})},     {&op::round, make(Round{})}, {&op::log1p, make(Log1p{})},
      {&op::expm1, make(Expm1{})},     {&op::erf, make(Erf{})},     {&op::softplus, make(Softplus{})}};
}
/// The same, of functions of two numbers; div is for floating-point ones.
template <typename Make>
auto table_of_binary_numbers(Make make) {
  using Entry = decltype(make(Add{}));
  return std::map<const Op*, Entry>{{&op::add, make(Add{})},
                                    {&op::sub, make(Sub{})},
                                    {&op::mul, make(Mul{})},
                                    {&op::minimum, make(Minimum{})},
                                    {&op::maximum, make(Maximum{})}};
}
/// The same, of comparisons.
template <typename Make>
auto table_of_comparisons(Make make) {
  using Entry = decltype(make(Equal{}));
  return std::map<const Op*, Entry>{{&op::equal, make(Equal{})}, {&op::less, make(Less{})}};
}

}  // namespace weft::onednn::vmath
