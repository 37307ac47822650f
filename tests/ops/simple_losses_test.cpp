// cross_entropy and the losses of two values: made of other ops, so that what they compute is checked here.

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

Value numbers(Graph& graph, const Shape& shape, const std::vector<double>& numbers) {
  return graph.constant(Tensor::of(shape, numbers));
}

Value ids(Graph& graph, const Shape& shape, const std::vector<std::int32_t>& ids) {
  return graph.constant(Tensor::of(shape, ids));
}

double number(Value value) { return evaluate(value).number(0); }

}  // namespace

TEST_CASE("cross_entropy is the mean of -log p of those that count") {
  Graph graph;
  // ln 2 and 0, of which the softmax is 2/3 and 1/3.
  const double two = std::log(2.0);
  const Value logits = numbers(graph, {3, 2}, {two, 0, two, 0, two, 0});
  const Value targets = ids(graph, {3}, {0, 1, 0});
  const double first = std::log(1.5);
  const double second = std::log(3.0);
  CHECK(number(cross_entropy(logits, targets)) == doctest::Approx((2.0 * first + second) / 3.0).epsilon(1e-14));
  CHECK(number(cross_entropy(logits, targets, {.ignore_index = 0})) == doctest::Approx(second).epsilon(1e-14));
  const Value weights = numbers(graph, {2}, {1, 3});
  CHECK(number(cross_entropy(logits, targets, {.class_weights = weights})) ==
        doctest::Approx((2.0 * first + 3.0 * second) / 5.0).epsilon(1e-14));
  const double spread = 0.1 * (first + second);  // 0.2 / 2 classes
  CHECK(number(cross_entropy(logits, targets, {.label_smoothing = 0.2})) ==
        doctest::Approx(0.8 * (2.0 * first + second) / 3.0 + spread).epsilon(1e-14));
  CHECK(
      number(cross_entropy(logits, targets, {.label_smoothing = 0.2, .class_weights = weights})) ==
      doctest::Approx((0.8 * (2.0 * first + 3.0 * second) + 0.1 * 3.0 * (first + 3.0 * second)) / 5.0).epsilon(1e-14));
  CHECK(number(cross_entropy(reshape(logits, {1, 3, 2}), reshape(targets, {1, 3}))) ==
        doctest::Approx((2.0 * first + second) / 3.0).epsilon(1e-14));
}

TEST_CASE("cross_entropy looks neither at targets that do not count nor at classes ruled out") {
  Graph graph;
  const double infinity = std::numeric_limits<double>::infinity();
  const Value logits = graph.input("logits", DType::f64, {2, 3});
  const TensorMap inputs{{"logits", Tensor::of<double>({2, 3}, {-infinity, 1, 1, 5, 5, 5})}};
  const Value loss = cross_entropy(logits, ids(graph, {2}, {1, -100}), {.ignore_index = -100});
  CHECK(evaluate(loss, inputs).number(0) == doctest::Approx(std::log(2.0)).epsilon(1e-14));
  const Tensor gradient = evaluate(gradients(loss, std::vector<Value>{logits})[0], inputs);
  const std::vector<double> expected{0, -0.5, 0.5, 0, 0, 0};
  for (std::int64_t i = 0; i < 6; ++i)
    CHECK(gradient.number(i) == doctest::Approx(expected[static_cast<std::size_t>(i)]).epsilon(1e-14));
  const Value nothing = cross_entropy(logits, ids(graph, {2}, {7, 7}), {.ignore_index = 7});
  CHECK(evaluate(nothing, inputs).number(0) == 0.0);
  CHECK(evaluate(gradients(nothing, std::vector<Value>{logits})[0], inputs) == Tensor({DType::f64, Shape{2, 3}}));
}

TEST_CASE("a target that is no class is an error of the run, on both backends") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (const std::int32_t bad : {3, -1}) {
      Graph graph;
      graph.output("loss",
                   cross_entropy(graph.input("logits", DType::f32, {1, 3}), graph.input("ids", DType::i32, {1})));
      const std::string message = error_of([&] {
        test::run(graph, {{"logits", Tensor({DType::f32, Shape{1, 3}})}, {"ids", Tensor::of<std::int32_t>({1}, {bad})}},
                  *backend);
      });
      CHECK(message.find(fmt::format("index {} ", bad)) != std::string::npos);
    }
}

TEST_CASE("losses of two values, worked out by hand") {
  Graph graph;
  const Value x = numbers(graph, {4}, {1, 2, 3, 8});
  const Value y = numbers(graph, {4}, {1, 4, 0, 4});
  CHECK(number(mse(x, y)) == 29.0 / 4.0);
  CHECK(number(l1(x, y)) == 9.0 / 4.0);
  CHECK(number(huber(x, y, 2.0)) == (0.0 + 2.0 + 4.0 + 6.0) / 4.0);
}

TEST_CASE("binary cross entropy keeps the small losses of sure predictions, and large ones do not overflow") {
  Graph graph;
  const auto loss = [&](double logit, double target) {
    return number(binary_cross_entropy_with_logits(numbers(graph, {1}, {logit}), numbers(graph, {1}, {target})));
  };
  CHECK(loss(0, 0.3) == doctest::Approx(std::log(2.0)).epsilon(1e-14));
  CHECK(loss(40, 1) == doctest::Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(loss(-40, 0) == doctest::Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(loss(1000, 0) == 1000.0);
  CHECK(loss(-1000, 1) == 1000.0);
  CHECK(loss(2, 0.25) == doctest::Approx(0.25 * std::log1p(std::exp(-2.0)) + 0.75 * std::log1p(std::exp(2.0))));
}

TEST_CASE("kl_divergence is 0 of equal distributions, and a class that never comes adds nothing") {
  Graph graph;
  const double infinity = std::numeric_limits<double>::infinity();
  const double half = std::log(0.5);
  const Value p = graph.input("p", DType::f64, {2, 2});
  const Value q = graph.input("q", DType::f64, {2, 2});
  const Value divergence = kl_divergence(p, q);
  // Rows (1/2, 1/2) against (1/4, 3/4), and (1, 0) against (1/2, 1/2).
  const TensorMap inputs{{"p", Tensor::of<double>({2, 2}, {half, half, 0, -infinity})},
                         {"q", Tensor::of<double>({2, 2}, {std::log(0.25), std::log(0.75), half, half})}};
  const double expected = (0.5 * std::log(2.0) + 0.5 * std::log(2.0 / 3.0) + std::log(2.0)) / 2.0;
  CHECK(evaluate(divergence, inputs).number(0) == doctest::Approx(expected).epsilon(1e-14));
  for (const Value& dx : gradients(divergence, std::vector<Value>{p, q})) {
    const Tensor gradient = evaluate(dx, inputs);
    for (std::int64_t i = 0; i < 4; ++i) CHECK(std::isfinite(gradient.number(i)));
    CHECK(gradient.number(3) == 0.0);
  }
  Graph constants;
  const Value even = numbers(constants, {2}, {half, half});
  CHECK(number(kl_divergence(even, numbers(constants, {2}, {half, half}))) == 0.0);
}

TEST_CASE("mismatches of losses name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value y = graph.input("y", DType::f32, {3});
  const Value targets = graph.input("targets", DType::i32, {2});
  CHECK(error_of([&] { mse(x, y); }) == "mse: two values of one floating-point type are needed: f32[2,3] and f32[3]");
  CHECK(error_of([&] { l1(targets, targets); }) ==
        "l1: two values of one floating-point type are needed: i32[2] and i32[2]");
  CHECK(error_of([&] { huber(x, x, 0.0); }) == "huber: the delta is 0: a positive number is needed");
  CHECK(error_of([&] { huber(x, y); }) ==
        "huber: two values of one floating-point type are needed: f32[2,3] and f32[3]");
  CHECK(error_of([&] { binary_cross_entropy_with_logits(x, Value()); }) ==
        "binary_cross_entropy_with_logits: an operand is a null value");
  CHECK(error_of([&] { kl_divergence(reduce_sum(x), reduce_sum(x)); }) ==
        "kl_divergence: [..., classes] is needed, not f32[]");
  CHECK(error_of([&] { cross_entropy(x, y); }) == "cross_entropy: 'y' is f32[3]: i32 is needed");
  CHECK(error_of([&] { cross_entropy(targets, targets); }) ==
        "cross_entropy: the logits are i32[2]: a floating-point type is needed");
  CHECK(error_of([&] { cross_entropy(y, targets); }) ==
        "cross_entropy: the logits need one row a target: logits f32[3], targets i32[2]");
  CHECK(error_of([&] { cross_entropy(x, targets, {.label_smoothing = 1.0}); }) ==
        "cross_entropy: the label smoothing 1 is not in [0, 1)");
  CHECK(error_of([&] { cross_entropy(x, targets, {.class_weights = graph.input("w", DType::f32, {2})}); }) ==
        "cross_entropy: the class weights are f32[2]: f32[3] is needed");
}

}  // namespace weft
