#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/optimisers.h"
#include "ops/update/update_op.h"

namespace weft {
namespace {

void require_decay(const Attributes& attributes, std::string_view name) {
  const double decay = attributes.get<double>(name);
  require(decay >= 0.0 && decay < 1.0, "{} is {}: a number in [0, 1) is needed", name, decay);
}

std::vector<TensorType> infer_adam(std::span<const TensorType> operands, const Attributes& attributes) {
  require_update_operands(operands, 6);
  const TensorType& parameter = operands[0];
  require_float(parameter, "parameter");
  require_like_parameter(operands[1], "gradient", parameter);
  require_like_parameter(operands[2], "m", parameter);
  require_like_parameter(operands[3], "v", parameter);
  require(operands[4] == TensorType{DType::i32, Shape{}}, "the step is {}: i32[] is needed", operands[4]);
  require_learning_rate(operands[5], parameter);
  require_decay(attributes, "beta1");
  require_decay(attributes, "beta2");
  const double epsilon = attributes.get<double>("epsilon");
  require(epsilon >= 0.0, "epsilon is {}: a number from 0 is needed", epsilon);
  const double weight_decay = attributes.get_or("weight_decay", 0.0);
  require(weight_decay >= 0.0, "weight_decay is {}: a number from 0 is needed", weight_decay);
  return {parameter, parameter, parameter};
}

// An element: the moments (3 and 4), their corrections (2), the root and epsilon (2), and the step (3); the scale (1).
double flops_of_adam(std::span<const TensorType> operands, std::span<const TensorType> results, const Attributes&) {
  return (operands.size() > 6 ? 15.0 : 14.0) * static_cast<double>(results[0].shape.volume());
}

struct AdamResult {
  Value parameter;
  Value m;
  Value v;
};

AdamResult adam_op(Value parameter, Value gradient, Value m, Value v, Value step, Value learning_rate,
                   const AdamOptions& options) {
  Attributes attributes{{"beta1", options.beta1}, {"beta2", options.beta2}, {"epsilon", options.epsilon}};
  if (options.weight_decay > 0.0 && parameter.shape().rank() > 1) attributes.set("weight_decay", options.weight_decay);
  const std::vector<Value> results =
      apply_all(op::adam, std::vector<Value>{parameter, gradient, m, v, step, learning_rate}, std::move(attributes));
  return {results[0], results[1], results[2]};
}

std::vector<Value> adam_case_scaled_gradient(Graph& graph) {
  std::vector<Value> operands;
  for (const std::string_view name : {"parameter", "gradient", "m", "v"})
    operands.push_back(graph.input(name, DType::f32, {3, 7}));
  operands.insert(operands.end(), {graph.constant(2.0, DType::i32), graph.constant(0.01), graph.constant(0.375)});
  return apply_all(op::adam, operands, {{"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-7}});
}
std::vector<Value> apply_adam(Graph& graph, const Shape& shape, double step, const AdamOptions& options) {
  const AdamResult updated =
      adam_op(graph.input("parameter", DType::f32, shape), graph.input("gradient", DType::f32, shape),
              graph.input("m", DType::f32, shape), graph.input("v", DType::f32, shape),
              graph.constant(step, DType::i32), graph.constant(0.01), options);
  return {updated.parameter, updated.m, updated.v};
}
std::vector<Value> adam_case_first_step(Graph& graph) { return apply_adam(graph, {3, 5}, 1.0, {}); }
std::vector<Value> adam_case_late_step(Graph& graph) { return apply_adam(graph, {19}, 1000.0, {}); }
std::vector<Value> adam_case_other_decays(Graph& graph) {
  return apply_adam(graph, {}, 3.0, {.beta1 = 0.5, .beta2 = 0.75, .epsilon = 0.25});
}
std::vector<Value> adam_case_weight_decay(Graph& graph) {
  return apply_adam(graph, {3, 5}, 7.0, {.weight_decay = 0.3});
}

}  // namespace

// v, which must not be negative, is among the inputs.
const Op op::adam = {
    .name = "adam",
    .family = "update",
    .summary =
        "m' = beta1 m + (1 - beta1) g, v' = beta2 v + (1 - beta2) g^2, parameter' = parameter - learning_rate "
        "(m' / (1 - beta1^step)) / (sqrt(v' / (1 - beta2^step)) + epsilon) (Kingma and Ba, arXiv:1412.6980, "
        "Algorithm 1); g is the gradient, times gradient_scale where that is given; with weight_decay the parameter on "
        "the "
        "right is first multiplied by 1 - learning_rate weight_decay (Loshchilov and Hutter, arXiv:1711.05101)",
    .operands = {"parameter", "gradient", "m", "v", "step", "learning_rate", "gradient_scale..."},
    .results = {"parameter_next", "m_next", "v_next"},
    .attributes = {"beta1: the decay of the first moment", "beta2: the decay of the second moment",
                   "epsilon: what is added to the corrected root",
                   "weight_decay: what a unit of learning rate takes of the parameter; may be absent: nothing"},
    .infer = infer_adam,
    .no_gradient = "it updates a parameter after its gradient is known",
    .flops = flops_of_adam,
    .in_place = {{0, 0}, {1, 2}, {2, 3}},
    .cases = {{.name = "first_step", .build = adam_case_first_step, .low = 0.1, .high = 2.0},
              {.name = "late_step", .build = adam_case_late_step, .low = 0.1, .high = 2.0},
              {.name = "other_decays", .build = adam_case_other_decays, .low = 0.1, .high = 2.0},
              {.name = "weight_decay", .build = adam_case_weight_decay, .low = 0.1, .high = 2.0},
              {.name = "scaled_gradient", .build = adam_case_scaled_gradient, .low = 0.1, .high = 2.0}},
};

void Adam::update(Values parameters, Values gradients, const LearningRate& learning_rate, const AdamOptions& options) {
  const Value rate = checked(parameters, gradients, learning_rate, options.weight_decay);
  const Value count = step();
  const Graph::Scope scope = graph().absolute_scope(name());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Value parameter = parameters[i];
    const Value m = state_of(parameter, "m");
    const Value v = state_of(parameter, "v");
    const AdamResult next = adam_op(parameter, gradients[i], m, v, count, rate, options);
    graph().update(parameter, next.parameter);
    graph().update(m, next.m);
    graph().update(v, next.v);
  }
}

}  // namespace weft
