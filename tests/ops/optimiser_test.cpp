#include <doctest/doctest.h>

#include <cmath>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

/// A parameter "layer/weight" of two elements, trained on the input "gradient".
template <typename Optimise>
Execution training(const Backend& backend, Optimise&& optimise) {
  Graph graph;
  const Value weight = graph.parameter("layer/weight", {2}, Initializer::constant(1.0));
  const Value gradient = graph.input("gradient", DType::f32, {2});
  optimise(graph, std::vector<Value>{weight}, std::vector<Value>{gradient});
  return compile(graph, backend);
}

void step(Execution& execution, float first, float second) {
  execution.set("gradient", Tensor::of<float>({2}, {first, second}));
  execution.run();
}

double variable(const Execution& execution, std::string_view name, std::int64_t element) {
  return execution.variables().get(name).number(element);
}

const std::vector<const Backend*>& backends() {
  static const std::vector<const Backend*> backends{&reference_backend(), &onednn_backend()};
  return backends;
}

}  // namespace

TEST_CASE("adam follows algorithm 1, with the step count and moments as states") {
  const AdamOptions options;
  for (const Backend* backend : backends()) {
    CAPTURE(backend->name());
    Execution execution = training(*backend, [](Graph& graph, auto parameters, auto gradients) {
      adam(parameters, gradients, graph.constant(0.01));
    });
    CHECK(execution.variables().names() ==
          std::vector<std::string>{"adam/layer/weight/m", "adam/layer/weight/v", "adam/step", "layer/weight"});
    double weight = 1.0;
    double m = 0.0;
    double v = 0.0;
    for (int t = 1; t <= 5; ++t) {
      const double g = 0.5 / t;
      step(execution, static_cast<float>(g), 0.0F);
      m = options.beta1 * m + (1.0 - options.beta1) * g;
      v = options.beta2 * v + (1.0 - options.beta2) * g * g;
      weight -= 0.01 * (m / (1.0 - std::pow(options.beta1, t))) /
                (std::sqrt(v / (1.0 - std::pow(options.beta2, t))) + options.epsilon);
      CHECK(variable(execution, "adam/step", 0) == t);
      CHECK(variable(execution, "adam/layer/weight/m", 0) == doctest::Approx(m).epsilon(1e-6));
      CHECK(variable(execution, "adam/layer/weight/v", 0) == doctest::Approx(v).epsilon(1e-6));
      CHECK(variable(execution, "layer/weight", 0) == doctest::Approx(weight).epsilon(1e-6));
      CHECK(variable(execution, "layer/weight", 1) == 1.0);
    }
  }
}

TEST_CASE("adam with weight decay takes a share of matrices, and nothing of vectors") {
  for (const Backend* backend : backends()) {
    CAPTURE(backend->name());
    Graph graph;
    const std::vector<Value> parameters{graph.parameter("kernel", {1, 1}, Initializer::constant(2.0)),
                                        graph.parameter("bias", {1}, Initializer::constant(2.0))};
    const std::vector<Value> gradients{graph.input("kernel_gradient", DType::f32, {1, 1}),
                                       graph.input("bias_gradient", DType::f32, {1})};
    adam(parameters, gradients, graph.constant(0.125), {.weight_decay = 0.5});
    Execution execution = compile(graph, *backend);
    // A first step is as long as the learning rate, whatever the gradient.
    execution.set("kernel_gradient", Tensor::of<float>({1, 1}, {0.25F}));
    execution.set("bias_gradient", Tensor::of<float>({1}, {0.25F}));
    execution.run();
    CHECK(variable(execution, "kernel", 0) == doctest::Approx(2.0 * (1.0 - 0.125 * 0.5) - 0.125).epsilon(1e-6));
    CHECK(variable(execution, "bias", 0) == doctest::Approx(2.0 - 0.125).epsilon(1e-6));
  }
}

TEST_CASE("sgd with momentum keeps a velocity") {
  for (const Backend* backend : backends()) {
    CAPTURE(backend->name());
    Execution execution = training(*backend, [](Graph& graph, auto parameters, auto gradients) {
      sgd(parameters, gradients, graph.constant(0.25), 0.5);
    });
    CHECK(execution.variables().contains("sgd/layer/weight/velocity"));
    step(execution, 1.0F, 0.0F);
    step(execution, 1.0F, 2.0F);
    CHECK(variable(execution, "sgd/layer/weight/velocity", 0) == 1.5);
    CHECK(variable(execution, "layer/weight", 0) == 1.0 - 0.25 * (1.0 + 1.5));
    CHECK(variable(execution, "layer/weight", 1) == 1.0 - 0.25 * 2.0);
  }
}

TEST_CASE("sgd without momentum keeps nothing") {
  Execution execution = training(reference_backend(), [](Graph& graph, auto parameters, auto gradients) {
    sgd(parameters, gradients, graph.constant(0.25));
  });
  CHECK(execution.variables().names() == std::vector<std::string>{"layer/weight"});
  step(execution, 1.0F, 2.0F);
  CHECK(variable(execution, "layer/weight", 0) == 0.75);
  CHECK(variable(execution, "layer/weight", 1) == 0.5);
}

TEST_CASE("clipping scales what is too long, together, and leaves the rest as it is") {
  Graph graph;
  const Value a = graph.input("a", DType::f64, {2});
  const Value b = graph.input("b", DType::f64, {});
  const std::vector<Value> clipped = clip_by_global_norm(std::vector<Value>{a, b}, 1.0);
  const auto clip = [&](double a0, double a1, double b0) {
    const TensorMap inputs{{"a", Tensor::of<double>({2}, {a0, a1})}, {"b", Tensor::scalar(b0)}};
    const Tensor first = evaluate(clipped[0], inputs);
    return std::vector<double>{first.number(0), first.number(1), evaluate(clipped[1], inputs).number(0)};
  };
  CHECK(clip(0, 0, 0) == std::vector<double>{0, 0, 0});
  CHECK(clip(0.25, 0.5, -0.5) == std::vector<double>{0.25, 0.5, -0.5});
  CHECK(clip(2, 4, -4) == std::vector<double>{2 / 6.0, 4 / 6.0, -4 / 6.0});
  CHECK(std::isnan(clip(NAN, 0, 1)[0]));
}

TEST_CASE("optimisers refuse what does not belong together") {
  Graph graph;
  const Value weight = graph.parameter("weight", {2}, Initializer::zeros());
  const Value input = graph.input("input", DType::f32, {2});
  const Value rate = graph.constant(0.1);
  const auto adam_error = [&](Value parameter, Value gradient, Value learning_rate) {
    return error_of([&] { adam(std::vector<Value>{parameter}, std::vector<Value>{gradient}, learning_rate); });
  };
  CHECK(adam_error(input, input, rate) == "adam: 'input' is no parameter: only parameters are trained");
  CHECK(adam_error(weight, rate, rate) == "adam: the gradient of 'weight' is f32[], the parameter f32[2]");
  CHECK(adam_error(weight, Value(), rate) == "adam: the gradient 0 is a null value");
  CHECK(adam_error(weight, input, input) ==
        "adam: the learning rate is f32[2]: f32[] is needed, as 'weight' is f32[2]");
  CHECK(error_of([&] { sgd(std::vector<Value>{weight}, {}, rate); }) ==
        "sgd: 1 parameters and 0 gradients are given: one gradient for each parameter is needed");
  CHECK(error_of([&] { sgd(std::vector<Value>{weight}, std::vector<Value>{input}, rate, 1.0); }) ==
        "sgd 'sgd/sgd': momentum is 1: a number in [0, 1) is needed");
  CHECK(error_of([&] { clip_by_global_norm(std::vector<Value>{input}, 0.0); }) ==
        "clip_by_global_norm: the largest norm is 0: a positive number is needed");
  CHECK(error_of([&] { global_norm({}); }) == "global_norm: at least one operand is needed");
}

TEST_CASE("optimisers of one graph have names of their own") {
  Graph graph;
  const Value a = graph.parameter("a", {2}, Initializer::ones());
  const Value b = graph.parameter("b", {2}, Initializer::ones());
  adam({a}, gradients(reduce_sum(a * a), {a}), 0.1);
  CHECK(test::error_of([&] { adam({b}, gradients(reduce_sum(b * b), {b}), 0.1); }) ==
        "adam: graph 'graph' has an optimiser 'adam' already: give this one AdamOptions::name");
  adam({b}, gradients(reduce_sum(b * b), {b}), 0.2, {.name = "second"});
  CHECK(graph.find("second/b/m"));
  Execution step = compile(graph, reference_backend());
  step.run();
  CHECK(step.variables().get("adam/step").item() == 1);
  CHECK(step.variables().get("second/step").item() == 1);
  // The first step of Adam is as long as the learning rate.
  CHECK(step.variables().get("a").number(0) == doctest::Approx(0.9));
  CHECK(step.variables().get("b").number(0) == doctest::Approx(0.8));
}

TEST_CASE("graphs that share variables share a count of steps only for the same parameters") {
  const auto training = [](std::string_view parameter, std::string_view name) {
    Graph graph{std::string(parameter)};
    const Value w = graph.parameter(parameter, {2}, Initializer::ones());
    adam({w}, gradients(reduce_sum(w * w), {w}), 0.1, {.name = name});
    return graph;
  };
  const ExecutionOptions shared{.variables = std::make_shared<Variables>()};
  const Execution first(compile(training("generator", "adam"), reference_backend()), shared);
  CHECK_NOTHROW(Execution(compile(training("generator", "adam"), onednn_backend()), shared));
  CHECK(test::error_of([&] { Execution(compile(training("critic", "adam"), reference_backend()), shared); }) ==
        "the state 'adam/step' counts the updates of 'generator'; the graph 'critic' would have it count those of "
        "'critic' as well: give each optimiser a name of its own (AdamOptions::name)");
  CHECK_NOTHROW(Execution(compile(training("critic", "critic_adam"), reference_backend()), shared));
}

}  // namespace weft
