#include "graph/tensor.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

using namespace weft;

namespace {

/// The number after rounding to bf16.
double rounded(float number) { return Tensor::scalar(number).converted_to(DType::bf16).number(0); }

float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

}  // namespace

TEST_CASE("tensors own their elements") {
  const Tensor zeros({DType::f32, {2, 3}});
  for (const float element : zeros.as<float>()) CHECK(element == 0.0F);
  CHECK(reinterpret_cast<std::uintptr_t>(zeros.as<float>().data()) % 64 == 0);

  Tensor a = Tensor::of<std::int32_t>({2}, {1, 2});
  Tensor copy = a;
  copy.as<std::int32_t>()[0] = 9;
  CHECK(a.as<std::int32_t>()[0] == 1);
  copy = a;
  CHECK(copy == a);
  const Tensor moved = std::move(copy);
  CHECK(moved == a);
  const Tensor& self = a;
  a = self;
  CHECK(a == moved);
  CHECK(Tensor().type() == TensorType{});
}

TEST_CASE("tensors are made of elements of the right number and type") {
  CHECK_THROWS_WITH_AS((Tensor::of<float>({2, 2}, {1.0F})), "1 elements are given for shape [2,2]", Error);
  CHECK_THROWS_WITH_AS(Tensor::scalar(1.0F).as<double>(), "a f32[] tensor is accessed as f64", Error);
  CHECK(Tensor::full({DType::boolean, {2}}, 3.0) == Tensor::of<std::uint8_t>({2}, {1, 1}));
  CHECK(Tensor::full({DType::i32, {2}}, -3.7) == Tensor::of<std::int32_t>({2}, {-3, -3}));
  CHECK_THROWS_WITH_AS(Tensor::full({DType::i32, {}}, 1e10), "10000000000 does not fit in an i32", Error);
  CHECK_THROWS_AS(Tensor::full({DType::i32, {}}, std::nan("")), Error);
}

TEST_CASE("tensors are reshaped and converted") {
  const Tensor a = Tensor::of<float>({2, 2}, {1.5F, -2.0F, 0.0F, 4.0F});
  CHECK(a.reshaped({4}) == Tensor::of<float>({4}, {1.5F, -2.0F, 0.0F, 4.0F}));
  CHECK_THROWS_WITH_AS(a.reshaped({3}), "a f32[2,2] tensor cannot be reshaped to [3]", Error);
  CHECK(a.converted_to(DType::f64) == Tensor::of<double>({2, 2}, {1.5, -2.0, 0.0, 4.0}));
  CHECK(a.converted_to(DType::i32) == Tensor::of<std::int32_t>({2, 2}, {1, -2, 0, 4}));
  CHECK(a.converted_to(DType::f32) == a);
}

TEST_CASE("tensors are equal by type and bits") {
  CHECK_FALSE(Tensor::scalar(0.0F) == Tensor::scalar(-0.0F));
  CHECK_FALSE(Tensor::scalar(0.0F) == Tensor::of<float>({1}, {0.0F}));
  CHECK_FALSE(Tensor::scalar<std::int32_t>(0) == Tensor::scalar(0.0F));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(Tensor::scalar(nan) == Tensor::scalar(nan));
}

TEST_CASE("bf16 rounds to nearest, ties to even") {
  CHECK(rounded(1.0F) == 1.0);
  CHECK(rounded(from_bits(0x3f808000)) == 1.0);        // halfway between 1 and 1 + 2^-7: to the even 1
  CHECK(rounded(from_bits(0x3f808001)) == 1.0078125);  // above halfway
  CHECK(rounded(from_bits(0x3f818000)) == 1.015625);   // halfway: to the even 1 + 2^-6
  CHECK(rounded(from_bits(0x3f817fff)) == 1.0078125);  // below halfway
  CHECK(rounded(-3.14159274F) == -3.140625);
  CHECK(rounded(std::numeric_limits<float>::max()) == std::numeric_limits<double>::infinity());
  CHECK(rounded(-std::numeric_limits<float>::infinity()) == -std::numeric_limits<double>::infinity());
  CHECK(std::signbit(rounded(-0.0F)));
  CHECK(std::isnan(rounded(std::numeric_limits<float>::quiet_NaN())));
  CHECK(std::isnan(rounded(from_bits(0x7f800001))));  // the upper half alone would be infinity
  CHECK(std::isnan(rounded(from_bits(0x7fffffff))));  // rounding up would overflow into the sign
}
