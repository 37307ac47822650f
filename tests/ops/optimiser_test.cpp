#include <doctest/doctest.h>

#include <cmath>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "ops/optimisers.h"
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

const std::vector<const Backend*>& optimising_backends() {
  static const std::vector<const Backend*> backends{&reference_backend(), &onednn_backend()};
  return backends;
}

}  // namespace

TEST_CASE("adam follows algorithm 1, with the step count and moments as states") {
  const AdamOptions options;
  for (const Backend* backend : optimising_backends()) {
    CAPTURE(backend->name());
    Execution execution = training(*backend, [](Graph& graph, auto parameters, auto gradients) {
      Adam(graph).update(parameters, gradients, 0.01);
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
  for (const Backend* backend : optimising_backends()) {
    CAPTURE(backend->name());
    Graph graph;
    const std::vector<Value> parameters{graph.parameter("kernel", {1, 1}, Initializer::constant(2.0)),
                                        graph.parameter("bias", {1}, Initializer::constant(2.0))};
    const std::vector<Value> gradients{graph.input("kernel_gradient", DType::f32, {1, 1}),
                                       graph.input("bias_gradient", DType::f32, {1})};
    Adam(graph).update(parameters, gradients, 0.125, {.weight_decay = 0.5});
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
  for (const Backend* backend : optimising_backends()) {
    CAPTURE(backend->name());
    Execution execution = training(*backend, [](Graph& graph, auto parameters, auto gradients) {
      Sgd(graph).update(parameters, gradients, 0.25, {.momentum = 0.5});
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
    Sgd(graph).update(parameters, gradients, 0.25);
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

namespace {

/// A matrix [1, 2] after five updates, in float64 by the reference and in float32 by the fast backend.
template <typename Update>
void check_trajectory(const Update& update, const std::vector<double>& expected) {
  const std::vector<std::vector<double>> gradients{{0.5, -2.0}, {1.25, 0.0}, {-0.75, 3.0}, {0.125, -0.5}, {2.0, 1.0}};
  for (const DType dtype : {DType::f64, DType::f32}) {
    CAPTURE(to_string(dtype));
    Graph graph;
    const Value weight = graph.parameter("weight", {1, 2}, Initializer::zeros(), dtype);
    const Value gradient = graph.input("gradient", dtype, {1, 2});
    update(graph, weight, gradient);
    Execution execution =
        compile(graph, dtype == DType::f64 ? static_cast<const Backend&>(reference_backend()) : onednn_backend());
    Tensor start({dtype, {1, 2}});
    start.set_number(0, 1.0);
    start.set_number(1, -0.5);
    execution.variables().set("weight", start);
    for (const std::vector<double>& numbers : gradients) {
      Tensor tensor({dtype, {1, 2}});
      for (std::int64_t i = 0; i < 2; ++i) tensor.set_number(i, numbers[static_cast<std::size_t>(i)]);
      execution.set("gradient", tensor);
      execution.run();
    }
    for (std::int64_t i = 0; i < 2; ++i)
      CHECK(variable(execution, "weight", i) ==
            doctest::Approx(expected[static_cast<std::size_t>(i)]).epsilon(dtype == DType::f64 ? 1e-14 : 1e-6));
  }
}

}  // namespace

TEST_CASE("optimisers go where PyTorch's go") {
  SUBCASE("AdamW") {
    check_trajectory(
        [](Graph& graph, Value weight, Value gradient) {
          Adam(graph).update({weight}, {gradient}, 0.05,
                             {.beta1 = 0.75, .beta2 = 0.875, .epsilon = 1e-3, .weight_decay = 0.25});
        },
        {0.7912279374600837, -0.4361526547103075});
  }
  SUBCASE("Adam") {
    check_trajectory(
        [](Graph& graph, Value weight, Value gradient) {
          Adam(graph).update({weight}, {gradient}, 0.05, {.beta1 = 0.75, .beta2 = 0.875, .epsilon = 1e-3});
        },
        {0.8475486603257132, -0.46360362111918874});
  }
  SUBCASE("SGD with momentum") {
    check_trajectory([](Graph& graph, Value weight,
                        Value gradient) { Sgd(graph).update({weight}, {gradient}, 0.1, {.momentum = 0.75}); },
                     {0.4572265625, -0.59609375});
  }
  SUBCASE("SGD with Nesterov's momentum") {
    check_trajectory(
        [](Graph& graph, Value weight, Value gradient) {
          Sgd(graph).update({weight}, {gradient}, 0.1, {.momentum = 0.75, .nesterov = true});
        },
        {0.28041992187499987, -0.7220703125});
  }
  SUBCASE("RMSprop") {
    check_trajectory(
        [](Graph& graph, Value weight, Value gradient) {
          RmsProp(graph).update({weight}, {gradient}, 0.05, {.rho = 0.875, .epsilon = 1e-3});
        },
        {0.6680109239167156, -0.5030433843720771});
  }
  SUBCASE("RMSprop with momentum") {
    check_trajectory(
        [](Graph& graph, Value weight, Value gradient) {
          RmsProp(graph).update({weight}, {gradient}, 0.05, {.rho = 0.875, .momentum = 0.5, .epsilon = 1e-3});
        },
        {0.46859003330432214, -0.4514444293135724});
  }
  SUBCASE("Adagrad") {
    check_trajectory(
        [](Graph& graph, Value weight, Value gradient) {
          Adagrad(graph).update({weight}, {gradient}, 0.25, {.initial_sum = 0.5, .epsilon = 1e-3});
        },
        {0.5522082906573726, -0.4998540092394219});
  }
}

TEST_CASE("Nesterov's momentum and clipping are one pass over memory") {
  for (const Backend* backend : optimising_backends()) {
    CAPTURE(backend->name());
    Execution execution = training(*backend, [](Graph& graph, auto parameters, auto gradients) {
      Sgd(graph).update(parameters, clip_by_global_norm(gradients, 2.5), 0.25, {.momentum = 0.5, .nesterov = true});
    });
    step(execution, 3.0F, 4.0F);  // clipped to 1.5 and 2
    CHECK(variable(execution, "layer/weight", 0) == 1.0 - 0.25 * (1.5 + 0.5 * 1.5));
    CHECK(variable(execution, "layer/weight", 1) == 1.0 - 0.25 * (2.0 + 0.5 * 2.0));
    for (const NodeId id : execution.graph().nodes()) {
      const Node& node = execution.graph().node(id);
      if (node.op->name == "sgd") CHECK(node.operands.size() == 5);  // it scales the gradient itself
    }
  }
}

TEST_CASE("all optimisers let matrices decay, and vectors be") {
  const auto decay = [](auto make, const auto& options) {
    Graph graph;
    const std::vector<Value> parameters{graph.parameter("kernel", {1, 1}, Initializer::constant(2.0)),
                                        graph.parameter("bias", {1}, Initializer::constant(2.0))};
    const Value zero = graph.constant(0.0);
    make(graph).update(parameters, {broadcast(zero, {1, 1}), broadcast(zero, {1})}, 0.125, options);
    Execution execution = compile(graph, reference_backend());
    execution.run();
    return std::vector<double>{variable(execution, "kernel", 0), variable(execution, "bias", 0)};
  };
  const std::vector<double> expected{2.0 * (1.0 - 0.125 * 0.5), 2.0};
  CHECK(decay([](Graph& graph) { return Adam(graph); }, AdamOptions{.weight_decay = 0.5}) == expected);
  CHECK(decay([](Graph& graph) { return Sgd(graph); }, SgdOptions{.weight_decay = 0.5}) == expected);
  CHECK(decay([](Graph& graph) { return Sgd(graph); }, SgdOptions{.momentum = 0.5, .weight_decay = 0.5}) == expected);
  CHECK(decay([](Graph& graph) { return RmsProp(graph); }, RmsPropOptions{.weight_decay = 0.5}) == expected);
  CHECK(decay([](Graph& graph) { return Adagrad(graph); }, AdagradOptions{.weight_decay = 0.5}) == expected);
}

TEST_CASE("optimisers refuse what does not belong together") {
  Graph graph;
  Graph other("other");
  const Value weight = graph.parameter("weight", {2}, Initializer::zeros());
  const Value foreign = other.parameter("foreign", {2}, Initializer::zeros());
  const Value input = graph.input("input", DType::f32, {2});
  const Value rate = graph.constant(0.1);
  const auto adam_error = [&](Value parameter, Value gradient, Value learning_rate) {
    return error_of([&] { Adam(graph, "mine").update({parameter}, {gradient}, learning_rate); });
  };
  CHECK(adam_error(input, input, rate) == "optimiser 'mine': 'input' is no parameter: only parameters are trained");
  CHECK(adam_error(weight, rate, rate) == "optimiser 'mine': the gradient of 'weight' is f32[], the parameter f32[2]");
  CHECK(adam_error(weight, Value(), rate) == "optimiser 'mine': the gradient 0 is a null value");
  CHECK(adam_error(Value(), input, rate) == "optimiser 'mine': the parameter 0 is a null value");
  CHECK(adam_error(weight, input, Value()) == "optimiser 'mine': the learning rate is a null value");
  CHECK(adam_error(foreign, foreign, rate) ==
        "optimiser 'mine': 'foreign' is of graph 'other', the optimiser of graph 'graph'");
  CHECK(adam_error(weight, input, input) ==
        "optimiser 'mine': the learning rate is f32[2]: f32[] is needed, as 'weight' is f32[2]");
  CHECK(error_of([&] { Sgd(graph).update({weight}, {}, rate); }) ==
        "optimiser 'sgd': 1 parameters and 0 gradients are given: one gradient for each parameter is needed");
  CHECK(error_of([&] { Sgd(graph).update({weight}, {input}, rate, {.weight_decay = -1.0}); }) ==
        "optimiser 'sgd': weight_decay is -1: a number from 0 is needed");
  CHECK(error_of([&] { Sgd(graph, "first").update({weight}, {input}, rate, {.momentum = 1.0}); }) ==
        "sgd 'first/sgd': momentum is 1: a number in [0, 1) is needed");
  CHECK(error_of([&] { Sgd(graph, "second").update({weight}, {input}, rate, {.nesterov = true}); }) ==
        "sgd 'second/sgd': nesterov needs a momentum: it is 0");
  CHECK(error_of([&] { RmsProp(graph).update({weight}, {input}, rate, {.rho = 1.0}); }) ==
        "optimiser 'rmsprop': rho is 1: a number in [0, 1) is needed");
  CHECK(error_of([&] { RmsProp(graph).update({weight}, {input}, rate, {.momentum = -0.5}); }) ==
        "optimiser 'rmsprop': momentum is -0.5: a number in [0, 1) is needed");
  CHECK(error_of([&] { RmsProp(graph).update({weight}, {input}, rate, {.epsilon = NAN}); }) ==
        "optimiser 'rmsprop': epsilon is nan: a number from 0 is needed");
  CHECK(error_of([&] { Adagrad(graph).update({weight}, {input}, rate, {.initial_sum = INFINITY}); }) ==
        "optimiser 'adagrad': initial_sum is inf: a finite number from 0 is needed");
  CHECK(error_of([&] { Adagrad(graph).update({weight}, {input}, rate, {.epsilon = -1.0}); }) ==
        "optimiser 'adagrad': epsilon is -1: a number from 0 is needed");
  CHECK(error_of([&] { clip_by_global_norm(std::vector<Value>{input}, 0.0); }) ==
        "clip_by_global_norm: the largest norm is 0: a positive number is needed");
  CHECK(error_of([&] { global_norm({}); }) == "global_norm: at least one operand is needed");
}

TEST_CASE("optimisers of one graph have names of their own, and parameters of their own") {
  Graph graph;
  const Value a = graph.parameter("a", {2}, Initializer::ones());
  const Value b = graph.parameter("b", {2}, Initializer::ones());
  Adam(graph).update({a}, gradients(reduce_sum(a * a), {a}), 0.1);
  CHECK(error_of([&] { Adam(graph).update({b}, gradients(reduce_sum(b * b), {b}), 0.1); }) ==
        "graph 'graph' has an optimiser 'adam' already: give each a name of its own");
  CHECK(error_of([&] {
          Sgd(graph).update({b, a}, gradients(reduce_sum(a * b), {b, a}), 0.1);
        }) == "optimiser 'sgd': 'a' has an update already: it is of one optimiser and one group");
  Adam(graph, "second").update({b}, gradients(reduce_sum(b * b), {b}), 0.2);
  CHECK(graph.find("second/b/m"));
  Execution step = compile(graph, reference_backend());
  step.run();
  CHECK(step.variables().get("adam/step").item() == 1);
  CHECK(step.variables().get("second/step").item() == 1);
  // The first step of Adam is as long as the learning rate.
  CHECK(step.variables().get("a").number(0) == doctest::Approx(0.9));
  CHECK(step.variables().get("b").number(0) == doctest::Approx(0.8));
}

TEST_CASE("groups of parameters have options and rates of their own, and one count") {
  Graph graph;
  const Value a = graph.parameter("a", {2}, Initializer::ones());
  const Value b = graph.parameter("b", {2, 1}, Initializer::ones());
  const std::vector<Value> grads = gradients(reduce_sum(a) + reduce_sum(b), {a, b});
  Adam adam(graph);
  adam.update({a}, {grads[0]}, 0.5);
  adam.update({b}, {grads[1]}, 0.25, {.weight_decay = 0.5});
  Execution step = compile(graph, reference_backend());
  step.run();
  step.run();
  CHECK(step.variables().get("adam/step").item() == 2);
  CHECK(step.variables().get("a").number(0) == doctest::Approx(0.0));
  // Each run: a share of 0.125 goes, and a step of 0.25.
  CHECK(step.variables().get("b").number(0) == doctest::Approx((0.875 - 0.25) * 0.875 - 0.25));
}

TEST_CASE("learning rates change with the steps as they promise") {
  const auto factors = [](int count, const auto& schedule) {
    Graph graph;
    const Value step = graph.input("step", DType::i32, {});
    graph.output("factor", schedule(step));
    Execution execution = compile(graph, reference_backend());
    Execution fast = compile(graph, onednn_backend());
    std::vector<double> factors;
    for (std::int32_t i = 1; i <= count; ++i) {
      for (Execution* each : {&execution, &fast}) {
        each->set("step", Tensor::scalar(i));
        each->run();
      }
      factors.push_back(execution.get("factor").item());
      CHECK(fast.get("factor").item() == doctest::Approx(factors.back()).epsilon(1e-6));
    }
    return factors;
  };
  const auto check = [&](const std::vector<double>& expected, const auto& schedule) {
    const std::vector<double> actual = factors(static_cast<int>(expected.size()), schedule);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      CHECK(actual[i] == doctest::Approx(expected[i]).epsilon(1e-6));
    }
  };
  // What PyTorch's CosineAnnealingLR, LinearLR, ExponentialLR and StepLR make of a rate of 1, and its end held.
  check({1.0, 0.9140576474687263, 0.6890576474687263, 0.41094235253127365, 0.1859423525312737, 0.1, 0.1},
        [](Value step) { return cosine_decay(step, 5, 0.1); });
  check({1.0, 0.8125, 0.625, 0.4375, 0.25, 0.25}, [](Value step) { return linear_decay(step, 4, 0.25); });
  check({1.0, 0.9, 0.81, 0.7290000000000001, 0.6561000000000001},
        [](Value step) { return exponential_decay(step, 1, 0.9); });
  check({1.0, std::sqrt(0.5), 0.5}, [](Value step) { return exponential_decay(step, 2, 0.5); });
  check({1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125}, [](Value step) { return step_decay(step, 3, 0.5); });
  check({0.25, 0.5, 0.75, 1.0, 1.0}, [](Value step) { return linear_warmup(step, 4); });
  check({1.0, 1.0, std::sqrt(2.0 / 3.0), std::sqrt(0.5)}, [](Value step) { return inverse_square_root(step, 2); });
  check({0.5, 1.0, std::sqrt(2.0 / 3.0), std::sqrt(0.5)},  // Noam
        [](Value step) { return linear_warmup(step, 2) * inverse_square_root(step, 2); });
  check({0.5, 1.0, 1.0, 0.5, 0.0, 0.0},  // a decay that begins when the warm-up ends
        [](Value step) { return linear_warmup(step, 2) * linear_decay(step - 2.0, 2); });
}

TEST_CASE("a schedule goes by the optimiser's count, from the first update on") {
  for (const Backend* backend : optimising_backends()) {
    CAPTURE(backend->name());
    Execution execution = training(*backend, [](Graph& graph, auto parameters, auto gradients) {
      Sgd sgd(graph);
      sgd.update(parameters, gradients, 0.5 * step_decay(sgd.step(), 2, 0.5));
    });
    CHECK(execution.variables().names() == std::vector<std::string>{"layer/weight", "sgd/step"});
    for (const double expected : {0.5, 0.0, -0.25, -0.5, -0.625}) {
      step(execution, 1.0F, 0.0F);
      CHECK(variable(execution, "layer/weight", 0) == expected);
    }
    CHECK(variable(execution, "sgd/step", 0) == 5);
  }
}

TEST_CASE("schedules refuse what they cannot count") {
  Graph graph;
  const Value step = graph.constant(1.0, DType::i32);
  CHECK(error_of([&] { linear_warmup(graph.constant(1.0), 4); }) ==
        "linear_warmup: the step is f32[]: i32[] is needed");
  CHECK(error_of([&] { linear_decay(Value(), 4); }) == "linear_decay: the step is a null value: i32[] is needed");
  CHECK(error_of([&] { inverse_square_root(step, 0); }) ==
        "inverse_square_root: 0 steps are given: at least one is needed");
  CHECK(error_of([&] { cosine_decay(step, 4, -0.5); }) ==
        "cosine_decay: the least factor is -0.5: a number in [0, 1] is needed");
  CHECK(error_of([&] { step_decay(step, 4, 0.0); }) == "step_decay: the rate is 0: a number in (0, 1] is needed");
}

TEST_CASE("graphs that share variables share a count of steps only for the same parameters") {
  const auto training = [](std::string_view parameter, std::string_view name) {
    Graph graph{std::string(parameter)};
    const Value w = graph.parameter(parameter, {2}, Initializer::ones());
    Adam(graph, name).update({w}, gradients(reduce_sum(w * w), {w}), 0.1);
    return graph;
  };
  const ExecutionOptions shared{.variables = std::make_shared<Variables>()};
  const Execution first(compile(training("generator", "adam"), reference_backend()), shared);
  CHECK_NOTHROW(Execution(compile(training("generator", "adam"), onednn_backend()), shared));
  CHECK(error_of([&] { Execution(compile(training("critic", "adam"), reference_backend()), shared); }) ==
        "the state 'adam/step' counts the updates of 'generator'; the graph 'critic' would have it count those of "
        "'critic' as well: give each optimiser a name of its own: Adam(graph, \"name\")");
  CHECK_NOTHROW(Execution(compile(training("critic", "critic_adam"), reference_backend()), shared));
}

TEST_CASE("so does a schedule of any optimiser, but not a count of dropout's draws") {
  const auto trained_by = [](auto optimiser, std::string_view parameter) {
    return [optimiser, parameter] {
      Graph graph{std::string(parameter)};
      const Value w = graph.parameter(parameter, {2}, Initializer::ones());
      const Value runs = graph.state("dropout/step", {DType::i32, Shape{}});
      graph.update(runs, runs + 1.0);
      const Value loss = reduce_sum(dropout(w * w, runs, {.rate = 0.5}));
      optimiser(graph, w, gradients(loss, {w})[0]);
      return graph;
    };
  };
  const auto refused = [&](auto optimiser) {
    const ExecutionOptions shared{.variables = std::make_shared<Variables>()};
    const Execution first(compile(trained_by(optimiser, "generator")(), onednn_backend()), shared);
    CHECK_NOTHROW(Execution(compile(trained_by(optimiser, "generator")(), reference_backend()), shared));
    return error_of([&] { Execution(compile(trained_by(optimiser, "critic")(), onednn_backend()), shared); });
  };
  const auto scheduled = [](auto optimiser, Value w, Value gradient) {
    optimiser.update({w}, {gradient}, 0.1 * linear_decay(optimiser.step(), 9));
  };
  CHECK(
      refused([&](Graph& graph, Value w, Value g) { scheduled(Sgd(graph), w, g); })
          .starts_with(
              "the state 'sgd/step' counts the updates of 'generator'; the graph 'critic' would have it count those of "
              "'critic' as well"));
  CHECK(
      refused([&](Graph& graph, Value w, Value g) { scheduled(RmsProp(graph), w, g); }).starts_with("the state 'rms"));
  CHECK(
      refused([&](Graph& graph, Value w, Value g) { scheduled(Adagrad(graph), w, g); }).starts_with("the state 'ada"));
  const auto fixed = [](Graph& graph, Value w, Value g) { Sgd(graph).update({w}, {g}, 0.1); };
  CHECK(refused(fixed) == "no error");
}

}  // namespace weft
