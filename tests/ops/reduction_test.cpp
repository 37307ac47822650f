#include <doctest/doctest.h>

#include <cmath>

#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

Tensor doubles(const Shape& shape, const std::vector<double>& elements) { return Tensor::of(shape, elements); }

}  // namespace

TEST_CASE("reductions over some axes and over all") {
  Graph graph;
  const Value x = graph.constant(doubles({2, 3}, {1, 2, 5, 4, 5, 1}));
  CHECK(evaluate(reduce_sum(x)) == doubles({}, {18}));
  CHECK(evaluate(reduce_sum(x, {0})) == doubles({3}, {5, 7, 6}));
  CHECK(evaluate(reduce_sum(x, {1}, true)) == doubles({2, 1}, {8, 10}));
  CHECK(evaluate(reduce_mean(x, {0})) == doubles({3}, {2.5, 3.5, 3}));
  CHECK(evaluate(reduce_mean(x)) == doubles({}, {3}));
  CHECK(evaluate(reduce_max(x, {-1})) == doubles({2}, {5, 5}));
  CHECK(evaluate(reduce_max(-x, {0}, true)) == doubles({1, 3}, {-1, -2, -1}));
  CHECK(evaluate(reduce_sum(graph.constant(5.0, DType::i32))) == Tensor::scalar<std::int32_t>(5));
}

TEST_CASE("the gradient of a maximum is shared among ties") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {2, 4});
  const Value dx = gradients(reduce_sum(reduce_max(x, {1}) * 6.0), std::vector<Value>{x})[0];
  CHECK(evaluate(dx, {{"x", doubles({2, 4}, {1, 7, 7, 7, 9, 3, 9, 1})}}) == doubles({2, 4}, {0, 2, 2, 2, 3, 0, 3, 0}));
}

TEST_CASE("argmax is the first of equals") {
  Graph graph;
  const Value x = graph.constant(doubles({2, 4}, {1, 7, 7, 2, 3, 3, 3, 3}));
  CHECK(evaluate(argmax(x, 1)) == Tensor::of<std::int32_t>({2}, {1, 0}));
  CHECK(evaluate(argmax(x, 0)) == Tensor::of<std::int32_t>({4}, {1, 0, 0, 1}));
}

TEST_CASE("softmax of large logits neither overflows nor loses its sum") {
  Graph graph;
  const Value x = graph.constant(doubles({2, 3}, {1000, 1001, 999, -1000, -1001, -999}));
  const Tensor y = evaluate(softmax(x));
  const Tensor small = evaluate(softmax(x - graph.constant(doubles({2, 1}, {1000, -1000}))));
  for (std::int64_t i = 0; i < 6; ++i) CHECK(y.number(i) == doctest::Approx(small.number(i)).epsilon(1e-12));
  CHECK(evaluate(reduce_sum(softmax(x), {1})).number(0) == doctest::Approx(1.0).epsilon(1e-12));
}

TEST_CASE("a masked logit of -1e9 has probability exactly 0 and a finite logarithm") {
  Graph graph;
  const Value x = graph.constant(doubles({3}, {-1e9, 0, 0}));
  CHECK(evaluate(softmax(x)) == doubles({3}, {0, 0.5, 0.5}));
  const Tensor logs = evaluate(log_softmax(x));
  CHECK(logs.number(0) == doctest::Approx(-1e9));
  CHECK(logs.number(1) == doctest::Approx(-std::log(2.0)));
}

TEST_CASE("mismatches of reductions name the shape") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  CHECK(error_of([&] { reduce_sum(x, {2}); }) == "reduce_sum 'reduce_sum': axis 2 is out of range for shape [2,3]");
  CHECK(error_of([&] {
          reduce_sum(x, {1, -1});
        }) == "reduce_sum 'reduce_sum': axes [1,1] must ascend, each given once");
  CHECK(error_of([&] { reduce_mean(ids); }) ==
        "reduce_mean 'reduce_mean': x is i32[2,3]: a floating-point type is needed");
  CHECK(error_of([&] { argmax(x, -3); }) == "argmax 'argmax': axis -3 is out of range for shape [2,3]");
  CHECK(error_of([&] { softmax(ids); }) == "softmax 'softmax': x is i32[2,3]: a floating-point type is needed");
  CHECK(error_of([&] { softmax(x, 2); }) == "softmax 'softmax': axis 2 is out of range for shape [2,3]");
}

}  // namespace weft
