#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "backends/onednn/onednn_backend.h"
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

TEST_CASE("smallest, product, variance, logsumexp and running sums, worked out by hand") {
  Graph graph;
  const Value x = graph.constant(doubles({2, 3}, {1, 2, 6, 4, 5, 0}));
  CHECK(evaluate(reduce_min(x, {1})) == doubles({2}, {1, 0}));
  CHECK(evaluate(reduce_min(x, {0}, true)) == doubles({1, 3}, {1, 2, 0}));
  CHECK(evaluate(reduce_prod(x, {1})) == doubles({2}, {12, 0}));
  CHECK(evaluate(reduce_prod(x + 1.0)) == doubles({}, {1260}));
  CHECK(evaluate(reduce_variance(x, {0})) == doubles({3}, {2.25, 2.25, 9}));
  CHECK(evaluate(reduce_variance(x + 1e8, {1}, true)).number(1) == doctest::Approx(14.0 / 3.0).epsilon(1e-12));
  CHECK(evaluate(logsumexp(x * 0.0, {1})).number(0) == doctest::Approx(std::log(3.0)).epsilon(1e-14));
  CHECK(evaluate(argmin(x, 1)) == Tensor::of<std::int32_t>({2}, {0, 2}));
  CHECK(evaluate(argmin(x * 0.0, 0)) == Tensor::of<std::int32_t>({3}, {0, 0, 0}));
  CHECK(evaluate(cumsum(x, 1)) == doubles({2, 3}, {1, 3, 9, 4, 9, 9}));
  CHECK(evaluate(cumsum(x, -1, true)) == doubles({2, 3}, {9, 8, 6, 9, 5, 0}));
  CHECK(evaluate(cumsum(x, 0)) == doubles({2, 3}, {1, 2, 6, 5, 7, 6}));
}

TEST_CASE("reductions of i32, from the least to the largest one, on both backends") {
  const std::int32_t least = std::numeric_limits<std::int32_t>::min();
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    Graph graph;
    const Value x = graph.input("x", DType::i32, {2, 3});
    graph.output("max", reduce_max(x, {1}));
    graph.output("min", reduce_min(x, {1}));
    graph.output("min of columns", reduce_min(x, {0}));
    graph.output("argmin", argmin(x, 1));
    graph.output("prod", reduce_prod(x, {1}));
    graph.output("cumsum", cumsum(x, 1));
    const TensorMap y =
        test::run(graph, {{"x", Tensor::of<std::int32_t>({2, 3}, {least, most, 1, -5, -3, -4})}}, *backend);
    CHECK(y.at("max") == Tensor::of<std::int32_t>({2}, {most, -3}));
    CHECK(y.at("min") == Tensor::of<std::int32_t>({2}, {least, -5}));
    CHECK(y.at("min of columns") == Tensor::of<std::int32_t>({3}, {least, -3, -4}));
    CHECK(y.at("argmin") == Tensor::of<std::int32_t>({2}, {0, 0}));
    CHECK(y.at("prod") == Tensor::of<std::int32_t>({2}, {least, -60}));  // modulo 2^32
    CHECK(y.at("cumsum") == Tensor::of<std::int32_t>({2, 3}, {least, -1, 0, -5, -8, -12}));
  }
}

TEST_CASE("logsumexp of infinities and of large numbers") {
  Graph graph;
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Value x = graph.input("x", DType::f64, {5, 2});
  const Value y = logsumexp(x, {1});
  const Value dx = gradients(reduce_sum(y), std::vector<Value>{x})[0];
  const TensorMap inputs{{"x", doubles({5, 2}, {1000, 1000, -infinity, -infinity, infinity, 1, nan, 1, -infinity, 3})}};
  const Tensor sums = evaluate(y, inputs);
  CHECK(sums.number(0) == doctest::Approx(1000.0 + std::log(2.0)).epsilon(1e-15));
  CHECK(sums.number(1) == -infinity);
  CHECK(sums.number(2) == infinity);
  CHECK(std::isnan(sums.number(3)));
  CHECK(sums.number(4) == 3.0);
  const Tensor gradient = evaluate(dx, inputs);
  CHECK(gradient.number(0) == doctest::Approx(0.5));
  CHECK(gradient.number(2) == 0.0);
  CHECK(gradient.number(8) == 0.0);
  CHECK(gradient.number(9) == 1.0);
}

TEST_CASE("the gradient of a product with zeros is the product of the others") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {3, 3});
  const Value dx = gradients(reduce_sum(reduce_prod(x, {1})), std::vector<Value>{x})[0];
  CHECK(evaluate(dx, {{"x", doubles({3, 3}, {2, 3, 5, 2, 0, 5, 0, 3, 0})}}) ==
        doubles({3, 3}, {15, 10, 6, 0, 10, 0, 0, 0, 0}));
}

TEST_CASE("the gradient of a minimum is shared among ties") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {4});
  const Value dx = gradients(reduce_min(x) * 6.0, std::vector<Value>{x})[0];
  const Tensor gradient = evaluate(dx, {{"x", doubles({4}, {1, 7, 1, 9})}});
  for (std::int64_t i = 0; i < 4; ++i) CHECK(gradient.number(i) == (i % 2 == 0 ? 3.0 : 0.0));
}

TEST_CASE("NaN is the smallest one, as it is the largest") {
  Graph graph;
  const Value x = graph.constant(doubles({3}, {1, std::numeric_limits<double>::quiet_NaN(), 0}));
  CHECK(std::isnan(evaluate(reduce_min(x)).number(0)));
  CHECK(evaluate(argmin(x, 0)) == Tensor::scalar<std::int32_t>(1));
}

TEST_CASE("whether one is true and whether all are") {
  Graph graph;
  const Value x = graph.constant(Tensor::of<std::uint8_t>({3, 2}, {0, 0, 0, 1, 1, 1}));
  CHECK(evaluate(reduce_any(x, {1})) == Tensor::of<std::uint8_t>({3}, {0, 1, 1}));
  CHECK(evaluate(reduce_all(x, {1}, true)) == Tensor::of<std::uint8_t>({3, 1}, {0, 0, 1}));
  CHECK(evaluate(reduce_any(x)) == Tensor::scalar<std::uint8_t>(1));
  CHECK(evaluate(reduce_all(x)) == Tensor::scalar<std::uint8_t>(0));
  const Value ids = graph.input("ids", DType::i32, {2});
  CHECK(error_of([&] { reduce_any(ids); }) == "reduce_any: 'ids' is i32[2]: bool is needed");
  CHECK(error_of([&] { reduce_all(ids); }) == "reduce_all: 'ids' is i32[2]: bool is needed");
}

TEST_CASE("running sums are as long as many chunks, forwards and backwards, on both backends") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (const Shape& shape : {Shape{3, 1001}, Shape{1001, 3}, Shape{7, 11, 131}}) {
      Graph graph;
      const Value ones = broadcast(graph.constant(1.0), shape);
      graph.output("forwards", cumsum(ones, 1));
      graph.output("backwards", cumsum(ones, 1, true));
      const TensorMap y = test::run(graph, {}, *backend);
      const std::int64_t inner = shape.volume_between(2, shape.rank());
      bool right = true;
      for (std::int64_t i = 0; i < shape.volume(); ++i) {
        const std::int64_t at = i / inner % shape[1];
        right = right && y.at("forwards").number(i) == static_cast<double>(at + 1);
        right = right && y.at("backwards").number(i) == static_cast<double>(shape[1] - at);
      }
      CHECK(right);
    }
}

TEST_CASE("mismatches of the newer reductions name the shape") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  const Value flags = graph.input("flags", DType::boolean, {2, 3});
  CHECK(error_of([&] { reduce_prod(x, {2}); }) == "reduce_prod 'reduce_prod': axis 2 is out of range for shape [2,3]");
  CHECK(error_of([&] { reduce_max(flags); }) ==
        "reduce_max 'reduce_max': x is bool[2,3]: a floating-point type or i32 is needed");
  CHECK(error_of([&] { logsumexp(ids); }) == "logsumexp 'logsumexp': x is i32[2,3]: a floating-point type is needed");
  CHECK(error_of([&] { cumsum(x, 2); }) == "cumsum 'cumsum': axis 2 is out of range for shape [2,3]");
  CHECK(error_of([&] { cumsum(flags, 0); }) ==
        "cumsum 'cumsum': x is bool[2,3]: a floating-point type or i32 is needed");
  CHECK(error_of([&] { argmin(x, -3); }) == "argmax 'argmax': axis -3 is out of range for shape [2,3]");
}

TEST_CASE("top_k is in descending order, the first of equals first, and NaN above all") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double inf = std::numeric_limits<double>::infinity();
  Graph graph;
  const TopK top = top_k(graph.constant(doubles({3, 5}, {1, 7, 3, 7, 7, -inf, -1, nan, inf, nan, 2, 2, 2, 2, 2})), 3);
  const Tensor values = evaluate(top.values);
  for (const std::int64_t i : {0, 1, 2}) CHECK(values.number(i) == 7.0);
  CHECK(std::isnan(values.number(3)));
  CHECK(std::isnan(values.number(4)));
  CHECK(values.number(5) == inf);
  CHECK(evaluate(top.indices) == Tensor::of<std::int32_t>({3, 3}, {1, 3, 4, 2, 4, 3, 0, 1, 2}));
  const TopK columns = top_k(graph.constant(Tensor::of<std::int32_t>({3, 2}, {1, 9, 5, 8, 3, 9})), 2, 0);
  CHECK(evaluate(columns.values) == Tensor::of<std::int32_t>({2, 2}, {5, 9, 3, 9}));
  CHECK(evaluate(columns.indices) == Tensor::of<std::int32_t>({2, 2}, {1, 0, 2, 2}));
}

TEST_CASE("the gradient of top_k goes to the elements that were taken") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {2, 4});
  const Value weights = graph.constant(doubles({2}, {10, 1}));
  const Value dx = gradients(reduce_sum(top_k(x, 2).values * weights), {x})[0];
  CHECK(evaluate(dx, {{"x", doubles({2, 4}, {1, 4, 2, 4, 5, 3, 6, 1})}}) ==
        doubles({2, 4}, {0, 10, 0, 1, 1, 0, 10, 0}));
}

TEST_CASE("top_k says what k may be") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  for (const std::int64_t k : {std::int64_t{0}, std::int64_t{4}, std::numeric_limits<std::int64_t>::min()})
    CHECK(error_of([&] { top_k(x, k); }) ==
          fmt::format("top_k 'top_k': k is {}: it must be from 1 to 3, the last extent of f32[2,3]", k));
  CHECK(error_of([&] { top_k(x, 1, 2); }) == "axis 2 is out of range for shape [2,3]");
  CHECK(error_of([&] { top_k(Value(), 1); }) == "top_k: operand 0 is a null value");
  CHECK(error_of([&] { top_k(graph.input("flags", DType::boolean, {3}), 1); }) ==
        "top_k 'top_k': x is bool[3]: a floating-point type or i32 is needed");
  CHECK_THROWS_AS(top_k(graph.constant(1.0), 1), Error);
}

}  // namespace weft
