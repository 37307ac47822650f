#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
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

namespace {

using Draw = std::function<Value(Graph& graph, Value step)>;

/// What both backends draw, as numbers: the reference's, which the fast backend's must agree with.
std::vector<double> draws(const Draw& draw, std::int32_t step = 3, double tolerance = 0.0) {
  Graph graph;
  graph.output("y", draw(graph, graph.constant(Tensor::scalar(step))));
  const Tensor y = test::run(graph, {}).at("y");
  const Tensor fast = test::run(graph, {}, onednn_backend()).at("y");
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < y.shape().volume(); ++i) {
    numbers.push_back(y.number(i));
    CHECK_UNARY(std::abs(fast.number(i) - y.number(i)) <= tolerance);
  }
  return numbers;
}

double mean(const std::vector<double>& numbers) {
  double sum = 0.0;
  for (const double number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

/// The mean of (x - mean)^power in units of the deviation.
double moment(const std::vector<double>& numbers, int power, double deviation = 1.0) {
  const double center = mean(numbers);
  double sum = 0.0;
  for (const double number : numbers) sum += std::pow((number - center) / deviation, power);
  return sum / static_cast<double>(numbers.size());
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean(a)) * (b[i] - mean(b));
  return sum / static_cast<double>(a.size()) / std::sqrt(moment(a, 2) * moment(b, 2));
}

/// The sum of (counted - expected)^2 / expected.
double chi_square(const std::vector<double>& counted, const std::vector<double>& expected) {
  double sum = 0.0;
  for (std::size_t i = 0; i < counted.size(); ++i)
    sum += (counted[i] - expected[i]) * (counted[i] - expected[i]) / expected[i];
  return sum;
}

constexpr std::int64_t many = 20'000;

std::vector<double> normals(std::int32_t step = 3, std::string_view stream = "noise", std::int64_t seed = 7) {
  return draws([&](Graph&, Value at) { return random_normal(at, {many}, seed, stream); }, step, 1e-5);
}

}  // namespace

// Bounds are four standard errors of what is measured, for 20,000 draws; chi-square bounds are exceeded once in 10,000.
TEST_CASE("normal numbers are normal") {
  const std::vector<double> numbers = normals();
  CHECK(std::abs(mean(numbers)) < 4.0 / std::sqrt(many));
  const double variance = moment(numbers, 2);
  CHECK(std::abs(variance - 1.0) < 4.0 * std::sqrt(2.0 / many));
  CHECK(std::abs(moment(numbers, 3, std::sqrt(variance))) < 4.0 * std::sqrt(6.0 / many));
  CHECK(std::abs(moment(numbers, 4, std::sqrt(variance)) - 3.0) < 4.0 * std::sqrt(24.0 / many));
  // 16 classes of one probability each: 15 degrees of freedom.
  std::vector<double> counted(16, 0.0);
  for (const double number : numbers)
    counted[static_cast<std::size_t>(std::min(15.0, 16.0 * 0.5 * std::erfc(-number / std::sqrt(2.0))))] += 1.0;
  CHECK(chi_square(counted, std::vector<double>(16, many / 16.0)) < 44.3);
  for (const double number : numbers) CHECK_UNARY(std::abs(number) < 5.77);
}

TEST_CASE("normal numbers of other streams, steps, seeds and places have nothing to do with each other") {
  const std::vector<double> numbers = normals();
  CHECK(normals() == numbers);
  const double bound = 4.0 / std::sqrt(many);
  CHECK(std::abs(correlation(numbers, normals(3, "other"))) < bound);
  CHECK(std::abs(correlation(numbers, normals(4))) < bound);
  CHECK(std::abs(correlation(numbers, normals(3, "noise", 8))) < bound);
  std::vector<double> moved(numbers.begin() + 1, numbers.end());
  moved.push_back(numbers.front());
  CHECK(std::abs(correlation(numbers, moved)) < bound);
}

TEST_CASE("normal numbers of both float types are the same up to rounding") {
  const std::vector<double> wide = draws(
      [](Graph&, Value at) {
        return random_normal(at, {3, 5}, 7, "noise", DType::f32);
      },
      3, 1e-6);
  Graph graph;
  const Tensor doubles =
      evaluate(random_normal(graph.constant(Tensor::scalar<std::int32_t>(3)), {3, 5}, 7, "noise", DType::f64));
  CHECK(doubles.dtype() == DType::f64);
  for (std::int64_t i = 0; i < 15; ++i)
    CHECK(doubles.number(i) == doctest::Approx(wide[static_cast<std::size_t>(i)]).epsilon(1e-5));
}

TEST_CASE("bernoulli is true as often as its probability, each element by its own") {
  const auto shares = [](std::vector<float> probabilities, std::string_view stream = "coins") {
    const auto count = static_cast<std::int64_t>(probabilities.size());
    return draws([&](Graph& graph, Value at) {
      const Value each = graph.constant(Tensor::of<float>({count, 1}, probabilities));
      return bernoulli(at, broadcast(each, {count, many}), 7, stream);
    });
  };
  const std::vector<double> drawn = shares({0.0F, 0.125F, 0.5F, 0.9F, 1.0F, -2.0F, 3.0F, NAN});
  const auto share = [&](std::size_t row) {
    return mean({drawn.begin() + static_cast<std::ptrdiff_t>(row * many),
                 drawn.begin() + static_cast<std::ptrdiff_t>((row + 1) * many)});
  };
  CHECK(share(0) == 0.0);
  CHECK(std::abs(share(1) - 0.125) < 4.0 * std::sqrt(0.125 * 0.875 / many));
  CHECK(std::abs(share(2) - 0.5) < 4.0 * std::sqrt(0.25 / many));
  CHECK(std::abs(share(3) - 0.9) < 4.0 * std::sqrt(0.09 / many));
  CHECK(share(4) == 1.0);
  CHECK(share(5) == 0.0);
  CHECK(share(6) == 1.0);
  CHECK(share(7) == 0.0);
  const std::vector<double> coins = shares({0.5F});
  CHECK(shares({0.5F}) == coins);
  CHECK(std::abs(correlation(coins, shares({0.5F}, "others"))) < 4.0 / std::sqrt(many));
}

TEST_CASE("multinomial draws classes as often as their weights say, and none without weight") {
  const std::vector<float> weights{0.0F, 3.0F, 0.5F, 0.0F, 4.0F, 2.5F, 0.0F};
  const auto ids = draws([&](Graph& graph, Value at) {
    return multinomial(at, graph.constant(Tensor::of<float>({7}, weights)), many, 7, "classes");
  });
  std::vector<double> counted(7, 0.0);
  for (const double id : ids) counted[static_cast<std::size_t>(id)] += 1.0;
  CHECK(counted[0] + counted[3] + counted[6] == 0.0);
  CHECK(chi_square({counted[1], counted[2], counted[4], counted[5]},
                   {0.3 * many, 0.05 * many, 0.4 * many, 0.25 * many}) < 21.1);  // 3 degrees of freedom
}

TEST_CASE("multinomial draws from each row for itself, ids that are classes whatever the weights") {
  const float inf = INFINITY;
  Graph graph;
  const Value step = graph.constant(Tensor::scalar<std::int32_t>(1));
  const Value weights = graph.constant(
      Tensor::of<float>({7, 3}, {0, 1, 0, 0, 0, 1, 0, 0, 0, -1, -1, -1, NAN, 1, 1, 1, inf, 1, 1e-30F, 0, 0}));
  const Value ids = multinomial(step, weights, 5, 7, "classes");
  CHECK(ids.type() == TensorType{DType::i32, {7, 5}});
  const Tensor drawn = evaluate(ids);
  const auto row = [&](std::int64_t row) {
    std::vector<double> row_ids;
    for (std::int64_t i = 0; i < 5; ++i) row_ids.push_back(drawn.number(5 * row + i));
    return row_ids;
  };
  CHECK(row(0) == std::vector<double>(5, 1));
  CHECK(row(1) == std::vector<double>(5, 2));
  CHECK(row(2) == std::vector<double>(5, 0));  // no weight at all
  for (const double id : row(3)) CHECK_UNARY(id >= 0 && id < 3);
  CHECK(row(4) == std::vector<double>(5, 0));
  CHECK(row(5) == std::vector<double>(5, 1));
  CHECK(row(6) == std::vector<double>(5, 0));
}

TEST_CASE("random builders name what is needed") {
  Graph graph;
  const Value step = graph.constant(Tensor::scalar<std::int32_t>(0));
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  const Value scalar = graph.constant(0.5);
  CHECK(error_of([&] { random_normal(Value(), {2}, 1, ""); }) == "random_normal: the step is a null value");
  CHECK(error_of([&] { random_normal(step, {2}, 1, "", DType::i32); }) ==
        "random_uniform 'random_uniform': low is i32[]: a floating-point type is needed");
  CHECK(error_of([&] { bernoulli(step, Value(), 1, ""); }) == "a number is combined with a null value");
  CHECK(error_of([&] { multinomial(step, ids, 1, 1, ""); }) ==
        "multinomial: weights is i32[2,3]: floating-point numbers [..., classes] are needed");
  CHECK(error_of([&] { multinomial(step, scalar, 1, 1, ""); }) ==
        "multinomial: weights is f32[]: floating-point numbers [..., classes] are needed");
  CHECK(error_of([&] { multinomial(step, broadcast(scalar, {2}), 0, 1, ""); }) ==
        "multinomial: 0 ids a row are asked for: at least one is needed");
}

}  // namespace weft
