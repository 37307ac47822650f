#include "graph/types.h"

#include <doctest/doctest.h>

#include "graph/base/error.h"

using namespace weft;

TEST_CASE("element types have names and sizes") {
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::boolean, DType::bf16})
    CHECK(parse_dtype(to_string(dtype)) == dtype);
  CHECK(size_of(DType::f32) == 4);
  CHECK(size_of(DType::f64) == 8);
  CHECK(size_of(DType::i32) == 4);
  CHECK(size_of(DType::boolean) == 1);
  CHECK(size_of(DType::bf16) == 2);
  CHECK(is_float(DType::bf16));
  CHECK_FALSE(is_float(DType::i32));
  CHECK_FALSE(is_float(DType::boolean));
  CHECK_THROWS_WITH_AS(parse_dtype("f16"), "unknown element type 'f16': one of f32, f64, i32, bool, bf16 is needed",
                       Error);
}

TEST_CASE("shapes") {
  CHECK(Shape{}.rank() == 0);
  CHECK(Shape{}.volume() == 1);
  CHECK(Shape{}.to_string() == "[]");
  const Shape shape{2, 3, 4};
  CHECK(shape.volume() == 24);
  CHECK(shape.to_string() == "[2,3,4]");
  CHECK(shape[0] == 2);
  CHECK(shape[-1] == 4);
  CHECK(shape.axis(-3) == 0);
  CHECK(shape.with(1, 7) == Shape{2, 7, 4});
  CHECK(shape.without(0) == Shape{3, 4});
  CHECK(shape.without(2) == Shape{2, 3});
  CHECK(shape.inserted(0, 5) == Shape{5, 2, 3, 4});
  CHECK(shape.inserted(3, 5) == Shape{2, 3, 4, 5});
  CHECK(shape.volume_between(1, 3) == 12);
  CHECK(shape.volume_between(1, 1) == 1);
  CHECK_FALSE(Shape{2, 3} == Shape{3, 2});
  CHECK_FALSE(Shape{} == Shape{1});
  CHECK_THROWS_WITH_AS(shape[3], "axis 3 is out of range for shape [2,3,4]", Error);
  CHECK_THROWS_WITH_AS(shape[-4], "axis -4 is out of range for shape [2,3,4]", Error);
}

TEST_CASE("shapes are bounded") {
  CHECK_THROWS_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), Error);
  CHECK_THROWS_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1}.inserted(0, 1)), Error);
  CHECK_THROWS_WITH_AS((Shape{2, 0}), "shape [2,0]: every extent must be at least 1, not 0", Error);
  CHECK_THROWS_AS((Shape{-1}), Error);
  CHECK(Shape{Shape::max_volume}.volume() == Shape::max_volume);
  CHECK_THROWS_AS((Shape{Shape::max_volume, 2}), Error);
  CHECK_THROWS_AS((Shape{INT64_MAX, INT64_MAX}), Error);
  CHECK_THROWS_AS((Shape{1LL << 32, 1LL << 32}), Error);  // the product wraps to 0
}

TEST_CASE("shapes broadcast as NumPy's do") {
  CHECK(broadcast_shapes({2, 3}, {3}) == Shape{2, 3});
  CHECK(broadcast_shapes({2, 1}, {1, 3}) == Shape{2, 3});
  CHECK(broadcast_shapes({}, {4}) == Shape{4});
  CHECK(broadcast_shapes({}, {}) == Shape{});
  CHECK_THROWS_WITH_AS(broadcast_shapes({2, 3}, {2}), "shapes do not broadcast: lhs [2,3], rhs [2]", Error);
  CHECK(broadcasts_to({1, 3}, {2, 3}));
  CHECK(broadcasts_to({}, {2, 3}));
  CHECK_FALSE(broadcasts_to({2, 3}, {3}));
  CHECK_FALSE(broadcasts_to({2, 3}, {1, 3}));
}

TEST_CASE("types") {
  CHECK(TensorType{DType::bf16, {2, 3}}.bytes() == 12);
  CHECK(TensorType{DType::boolean, {}}.to_string() == "bool[]");
  CHECK_FALSE(TensorType{DType::f32, {2}} == TensorType{DType::i32, {2}});
}
