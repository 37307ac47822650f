#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

/// `count` numbers between 0 and 1.
Tensor drawn(std::int32_t step, std::int64_t count, std::int64_t seed = 7, std::string_view stream = "dice") {
  Graph graph;
  const Value at = graph.constant(Tensor::scalar(step));
  return evaluate(random_uniform(at, graph.constant(0.0), graph.constant(1.0), {count}, seed, stream));
}

}  // namespace

TEST_CASE("random numbers depend on seed, stream, step and place, and on nothing else") {
  const Tensor some = drawn(3, 100);
  CHECK(drawn(3, 100) == some);
  const Tensor more = drawn(3, 1000);
  for (std::int64_t i = 0; i < 100; ++i) CHECK(more.number(i) == some.number(i));
  CHECK_FALSE(drawn(4, 100) == some);
  CHECK_FALSE(drawn(3, 100, 8) == some);
  CHECK_FALSE(drawn(3, 100, 7, "coin") == some);
  CHECK_FALSE(drawn(-3, 100) == some);
}

TEST_CASE("random numbers are those that they always were: a training goes on with the numbers that it began with") {
  const auto numbers = [](std::int32_t step) {
    std::vector<std::int64_t> numbers;
    const Tensor drawn_numbers = drawn(step, 4);
    for (std::int64_t i = 0; i < 4; ++i) numbers.push_back(std::llround(drawn_numbers.number(i) * 0x1.0p24));
    return numbers;
  };
  CHECK(numbers(3) == std::vector<std::int64_t>{3417627, 300511, 6624725, 11958255});
  CHECK(numbers(-2) == std::vector<std::int64_t>{7691705, 15009477, 5753835, 12080793});
}

TEST_CASE("random numbers are the same on all backends, in all types and with any number of threads") {
  constexpr std::int64_t count = 100'000;  // enough for several threads
  Graph graph;
  const Value step = graph.input("step", DType::i32, {});
  graph.output("y", random_uniform(step, graph.constant(0.0), graph.constant(1.0), {count}, 7, "dice"));
  graph.output("wide", random_uniform(step, graph.constant(-3.0), graph.constant(5.0), {count}, 7, "dice"));
  const TensorMap inputs{{"step", Tensor::scalar<std::int32_t>(3)}};
  const TensorMap fast = test::run(graph, inputs, onednn_backend());
  CHECK(fast == test::run(graph, inputs, reference_backend()));
  const Tensor& y = fast.at("y");
  double sum = 0.0;
  std::set<double> different;
  for (std::int64_t i = 0; i < count; ++i) {
    CHECK_UNARY(y.number(i) > 0.0 && y.number(i) < 1.0);
    CHECK_UNARY(fast.at("wide").number(i) == static_cast<float>(-3.0F + 8.0F * static_cast<float>(y.number(i))));
    sum += y.number(i);
    different.insert(y.number(i));
  }
  CHECK(sum / count == doctest::Approx(0.5).epsilon(0.005));
  CHECK(different.size() > 99'000);  // of 2^23

  Graph in_double;
  const Value at = in_double.constant(Tensor::scalar<std::int32_t>(3));
  const auto bound = [&](double number) { return in_double.constant(number, DType::f64); };
  const Tensor doubles = evaluate(random_uniform(at, bound(0.0), bound(1.0), {100}, 7, "dice"));
  for (std::int64_t i = 0; i < 100; ++i) CHECK(doubles.number(i) == y.number(i));
}

TEST_CASE("mismatches of random numbers name what is needed") {
  Graph graph;
  const Value step = graph.constant(Tensor::scalar<std::int32_t>(0));
  const Value zero = graph.constant(0.0);
  CHECK(error_of([&] { random_uniform(zero, zero, zero, {2}, 1, ""); }) ==
        "random_uniform 'random_uniform': the step is f32[]: i32[] is needed");
  CHECK(error_of([&] { random_uniform(step, zero, graph.constant(1.0, DType::f64), {2}, 1, ""); }) ==
        "random_uniform 'random_uniform': element types differ: lhs f32[], rhs f64[]");
  CHECK(error_of([&] { random_uniform(step, zero, broadcast(zero, {2}), {2}, 1, ""); }) ==
        "random_uniform 'random_uniform': low and high must be scalars: low f32[], high f32[2]");
}

}  // namespace weft
