#include <doctest/doctest.h>

#include <cmath>

#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

Value numbers(Graph& graph, const Shape& shape, const std::vector<double>& numbers) {
  return graph.constant(Tensor::of(shape, numbers));
}

}  // namespace

TEST_CASE("layer_norm and rms_norm, worked out by hand") {
  Graph graph;
  const Value gain = numbers(graph, {2}, {1, 2});
  const Value bias = numbers(graph, {2}, {10, 20});
  // Mean 4, variance 9, and 7 more: the deviation is 4.
  const Value x = numbers(graph, {1, 2}, {1, 7});
  CHECK(evaluate(layer_norm(x, gain, bias, 7.0)) == Tensor::of<double>({1, 2}, {9.25, 21.5}));
  // The mean square is 25, and 11 more: its root is 6.
  CHECK(evaluate(rms_norm(x, gain, 11.0)).number(0) == doctest::Approx(1.0 / 6.0).epsilon(1e-15));
  CHECK(evaluate(rms_norm(x, gain, 11.0)).number(1) == doctest::Approx(14.0 / 6.0).epsilon(1e-15));
}

TEST_CASE("a row of equal numbers far from 0 is normalised to the bias") {
  Graph graph;
  const Value x = numbers(graph, {1, 4}, {1e6, 1e6, 1e6, 1e6});
  const Value ones = numbers(graph, {4}, {1, 1, 1, 1});
  CHECK(evaluate(layer_norm(x, ones, ones)) == Tensor::of<double>({1, 4}, {1, 1, 1, 1}));
}

TEST_CASE("mismatches of normalisations name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  const Value three = graph.input("three", DType::f32, {3});
  const Value two = graph.input("two", DType::f32, {2});
  const Value scalar = graph.input("scalar", DType::f32, {});
  CHECK(error_of([&] { layer_norm(x, two, three); }) ==
        "layer_norm 'layer_norm': for x f32[2,3] the gain must be f32[3], not f32[2]");
  CHECK(error_of([&] { layer_norm(x, three, two); }) ==
        "layer_norm 'layer_norm': for x f32[2,3] the bias must be f32[3], not f32[2]");
  CHECK(error_of([&] { rms_norm(scalar, three); }) == "rms_norm 'rms_norm': x is f32[]: [..., units] is needed");
  CHECK(error_of([&] { rms_norm(ids, three); }) ==
        "rms_norm 'rms_norm': x is i32[2,3]: a floating-point type is needed");
  CHECK(error_of([&] { rms_norm(x, three, 0.0); }) ==
        "rms_norm 'rms_norm': the epsilon is 0: a positive number is needed");
}

}  // namespace weft
