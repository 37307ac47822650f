#include "backends/check/gradient_check.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> same_type(std::span<const TensorType> operands, const Attributes&) { return {operands[0]}; }

std::vector<Value> multiply_by_itself(std::span<const Value> operands, const Attributes&) {
  return {operands[0] * operands[0]};
}

/// The derivative of x^2 with its factor 2 forgotten.
std::vector<Value> half_gradient(const GradientContext& context) { return {context.cotangent(0) * context.operand(0)}; }

/// Right for a cotangent of ones: the cotangent is summed where it should be multiplied in.
std::vector<Value> careless_gradient(const GradientContext& context) {
  return {broadcast(reduce_mean(context.cotangent(0)), context.operand(0).shape()) * context.operand(0) * 2.0};
}

std::vector<Value> zero_gradient(const GradientContext& context) { return {context.operand(0) * 0.0}; }

Op square(GradientFn* gradient) {
  return {.name = "square",
          .family = "test",
          .summary = "y = x * x",
          .operands = {"x"},
          .results = {"y"},
          .infer = same_type,
          .gradient = gradient,
          .decompose = multiply_by_itself};
}

std::vector<GradientCheck> check(GradientFn* gradient) {
  const Op op = square(gradient);
  Graph graph;
  const Value x = graph.input("x", DType::f32, {3, 5});
  graph.output("y", graph.add1(op, {x}));
  return check_gradients(graph);
}

}  // namespace

TEST_CASE("a right gradient passes, within rounding") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {3, 5});
  const Value weight = graph.parameter("weight", {5}, Initializer::uniform(-1, 1));
  graph.output("y", tanh(x * weight));
  graph.output("z", reduce_sum(exp(weight)));
  const std::vector<GradientCheck> checks = check_gradients(graph);
  REQUIRE(checks.size() == 2);
  CHECK(checks[0].input == "x");
  CHECK(checks[1].input == "weight");
  for (const GradientCheck& check : checks) {
    CHECK(check.passed);
    CHECK(check.worst_error < 1e-7);
    CHECK(check.largest_gradient > 0.1);
  }
  CHECK(checks[0].elements == 15);
}

TEST_CASE("a wrong factor fails, by as much as it is wrong") {
  const GradientCheck half = check(half_gradient).at(0);
  CHECK_FALSE(half.passed);
  CHECK(half.worst_error == doctest::Approx(0.5).epsilon(1e-3));
}

TEST_CASE("a gradient that is right for equal cotangents only fails") {
  CHECK_FALSE(check(careless_gradient).at(0).passed);
}

TEST_CASE("zeros where there is a gradient fail") {
  const GradientCheck zeros = check(zero_gradient).at(0);
  CHECK_FALSE(zeros.passed);
  CHECK(zeros.largest_gradient == 0.0);
}

TEST_CASE("gradients that are all zero fail even where the differences are zero too: nothing was checked") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {3});
  graph.input("unused", DType::f32, {2});
  graph.output("y", relu(x - 10.0));
  for (const GradientCheck& check : check_gradients(graph)) {
    CHECK(check.worst_error == 0.0);
    CHECK_FALSE(check.passed);
  }
}

TEST_CASE("integer inputs are drawn from their range, updates do not move the parameters") {
  Graph graph;
  const Value table = graph.parameter("table", {3, 4}, Initializer::uniform(-1, 1));
  const Value ids = graph.input("ids", DType::i32, {2, 5});
  graph.output("rows", tanh(embedding(table, ids)));
  graph.update(table, table * 0.5);
  const std::vector<GradientCheck> checks = check_gradients(graph, {.integer_low = 0, .integer_high = 2});
  REQUIRE(checks.size() == 1);
  CHECK(checks[0].passed);
}

TEST_CASE("of large inputs only so many elements are checked") {
  Graph graph;
  graph.output("y", tanh(graph.input("x", DType::f32, {100, 100})));
  const GradientCheck check = check_gradients(graph, {.most_elements = 7}).at(0);
  CHECK(check.elements == 7);
  CHECK(check.passed);
}

TEST_CASE("few elements are spread over the input, many are all") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {5, 9});
  graph.output("y", tanh(slice(x, 0, 3, 4)));  // the gradients of the others are 0
  CHECK(check_gradients(graph, {.most_elements = 45}).at(0).largest_gradient > 0.0);
  CHECK(check_gradients(graph, {.most_elements = 45}).at(0).elements == 45);
}

TEST_CASE("an input that only updates read is not checked, a parameter that nothing reads fails") {
  Graph graph;
  const Value w = graph.parameter("w", {3}, Initializer::uniform(1, 2));
  const Value unread = graph.parameter("unread", {3}, Initializer::uniform(1, 2));
  graph.output("y", w * w);
  graph.update(w, w - graph.input("rate", DType::f32, {}) * w);
  const std::vector<GradientCheck> checks = check_gradients(graph);
  REQUIRE(checks.size() == 2);
  CHECK(checks[0].passed);
  CHECK(checks[1].input == unread.name());
  CHECK_FALSE(checks[1].passed);
}

TEST_CASE("elements at a kink are counted, and do not fail") {
  Graph graph;
  const Value x = graph.parameter("x", {4}, Initializer::zeros());
  const Value smooth = graph.parameter("smooth", {4}, Initializer::uniform(1, 2));
  graph.output("y", relu(x * smooth) + tanh(x) + smooth);
  const std::vector<GradientCheck> checks = check_gradients(graph);
  CHECK(checks.at(0).kinks == 4);
  CHECK_FALSE(checks.at(0).passed);  // nothing of it was checked
  CHECK(checks.at(1).kinks == 0);
  CHECK(checks.at(1).passed);
}

TEST_CASE("a large function's rounding is no mistake") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {3});
  graph.output("y", tanh(x) + (reduce_sum(graph.constant(Tensor::full({DType::f32, {3}}, 1e4)) * x) - 1e4));
  CHECK(check_gradients(graph).at(0).passed);
}

TEST_CASE("an element of each input is checked, however short the time is") {
  Graph graph;
  graph.output("y", tanh(graph.input("a", DType::f32, {30}) * graph.input("b", DType::f32, {30})));
  std::int64_t told = 0;
  const std::vector<GradientCheck> checks =
      check_gradients(graph, {.seconds = 0, .on_progress = [&](std::int64_t done, std::int64_t of) {
                                told = done;
                                CHECK(of == 60);
                              }});
  CHECK(checks.at(0).elements == 1);
  CHECK(checks.at(1).elements == 1);
  CHECK(told == 2);
}

TEST_CASE("a graph without a floating-point output is an error") {
  Graph graph;
  graph.output("best", argmax(graph.input("x", DType::f32, {3}), 0));
  CHECK_THROWS_AS(check_gradients(graph), Error);
}

}  // namespace weft
