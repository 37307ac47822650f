#include <doctest/doctest.h>

#include <limits>

#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

Tensor bools(const Shape& shape, const std::vector<std::uint8_t>& elements) { return Tensor::of(shape, elements); }

}  // namespace

TEST_CASE("comparisons give bool") {
  Graph graph;
  const Value a = graph.constant(Tensor::of<std::int32_t>({2, 2}, {1, 2, 3, 4}));
  const Value b = graph.constant(Tensor::of<std::int32_t>({2}, {3, 2}));
  CHECK(evaluate(equal(a, b)) == bools({2, 2}, {0, 1, 1, 0}));
  CHECK(evaluate(less(a, b)) == bools({2, 2}, {1, 0, 0, 0}));
  CHECK(evaluate(equal(less(a, b), equal(a, b))) == bools({2, 2}, {0, 0, 0, 1}));
}

TEST_CASE("select broadcasts all three and takes what the condition says") {
  Graph graph;
  const Value condition = graph.constant(bools({2, 1}, {1, 0}));
  const Value a = graph.constant(Tensor::of<std::int32_t>({3}, {1, 2, 3}));
  const Value b = graph.constant(7.0, DType::i32);
  CHECK(evaluate(select(condition, a, b)) == Tensor::of<std::int32_t>({2, 3}, {1, 2, 3, 7, 7, 7}));
}

TEST_CASE("what select did not choose has no influence on the gradient, not even as infinity") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {2});
  const Value safe = select(less(graph.constant(0.0, DType::f64), x), log(x), x);
  const Value dx =
      gradients(reduce_sum(select(graph.constant(bools({2}, {1, 0})), x * x, x)), std::vector<Value>{x})[0];
  CHECK(evaluate(dx, {{"x", Tensor::of<double>({2}, {3, 5})}}) == Tensor::of<double>({2}, {6, 1}));
  CHECK(evaluate(safe, {{"x", Tensor::of<double>({2}, {1, -2})}}) == Tensor::of<double>({2}, {0, -2}));
}

TEST_CASE("sequence_mask marks the steps within each length") {
  Graph graph;
  const Value lengths = graph.constant(Tensor::of<std::int32_t>({4}, {0, 1, 3, 5}));
  CHECK(evaluate(sequence_mask(lengths, 3)) == bools({4, 3}, {0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1}));
}

TEST_CASE("mismatches of comparisons name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  const Value mask = equal(ids, ids).named("mask");
  CHECK(error_of([&] { less(x, ids); }) == "less 'less': element types differ: lhs f32[2,3], rhs i32[2,3]");
  CHECK(error_of([&] { less(mask, mask); }) == "less 'less': a is bool[2,3]: a floating-point type or i32 is needed");
  CHECK(error_of([&] { select(x, x, x); }) == "select 'select': the condition is f32[2,3]: bool is needed");
  CHECK(error_of([&] { select(mask, x, ids); }) == "select 'select': element types differ: lhs f32[2,3], rhs i32[2,3]");
  CHECK(error_of([&] { sequence_mask(ids, 3); }) ==
        "sequence_mask 'sequence_mask': lengths are i32[2,3]: i32[batch] is needed");
  CHECK_THROWS_AS(sequence_mask(graph.input("lengths", DType::i32, {2}), 0), Error);
}

TEST_CASE("a comparison on the way to the loss is refused with its reason") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value loss = reduce_sum(select(less(x, x * 2.0), x, -x));
  CHECK_NOTHROW(gradients(loss, std::vector<Value>{x}));
  CHECK_THROWS_AS(gradients(argmax(x, 1), std::vector<Value>{x}), Error);
}

TEST_CASE("orderings, of numbers and of NaN, which is neither below nor above nor equal") {
  Graph graph;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Value a = graph.constant(Tensor::of<double>({5}, {1, 2, 3, nan, nan}));
  const Value b = graph.constant(Tensor::of<double>({5}, {2, 2, 2, 2, nan}));
  CHECK(evaluate(less(a, b)) == bools({5}, {1, 0, 0, 0, 0}));
  CHECK(evaluate(less_equal(a, b)) == bools({5}, {1, 1, 0, 0, 0}));
  CHECK(evaluate(greater(a, b)) == bools({5}, {0, 0, 1, 0, 0}));
  CHECK(evaluate(greater_equal(a, b)) == bools({5}, {0, 1, 1, 0, 0}));
  CHECK(evaluate(equal(a, b)) == bools({5}, {0, 1, 0, 0, 0}));
  CHECK(evaluate(not_equal(a, b)) == bools({5}, {1, 0, 1, 1, 1}));
  const Value ids = graph.constant(Tensor::of<std::int32_t>({3, 1}, {1, 2, 3}));
  CHECK(evaluate(greater_equal(ids, graph.constant(2.0, DType::i32))) == bools({3, 1}, {0, 1, 1}));
}

TEST_CASE("logic of bool, with broadcasting") {
  Graph graph;
  const Value a = graph.constant(bools({2, 1}, {0, 1}));
  const Value b = graph.constant(bools({2}, {0, 1}));
  CHECK(evaluate(logical_and(a, b)) == bools({2, 2}, {0, 0, 0, 1}));
  CHECK(evaluate(logical_or(a, b)) == bools({2, 2}, {0, 1, 1, 1}));
  CHECK(evaluate(logical_not(b)) == bools({2}, {1, 0}));
  const Value x = graph.input("x", DType::f32, {2});
  CHECK(error_of([&] { logical_and(b, x); }) == "logical_and: 'x' is f32[2]: bool is needed");
  CHECK(error_of([&] { logical_or(x, b); }) == "logical_or: 'x' is f32[2]: bool is needed");
  CHECK(error_of([&] { logical_not(x); }) == "logical_not: 'x' is f32[2]: bool is needed");
  CHECK(error_of([&] { logical_not(Value()); }) == "logical_not: an operand is a null value");
}

}  // namespace weft
