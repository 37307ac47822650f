#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "ops/update/update_op.h"

namespace weft {
namespace {

std::vector<TensorType> infer_sgd(std::span<const TensorType> operands, const Attributes& attributes) {
  require_update_operands(operands, 4);
  const TensorType& parameter = operands[0];
  require_float(parameter, "parameter");
  require_like_parameter(operands[1], "gradient", parameter);
  require_like_parameter(operands[2], "velocity", parameter);
  require_learning_rate(operands[3], parameter);
  const double momentum = attributes.get<double>("momentum");
  require(momentum >= 0.0 && momentum < 1.0, "momentum is {}: a number in [0, 1) is needed", momentum);
  require(momentum > 0.0 || !attributes.get_or("nesterov", false), "nesterov needs a momentum: it is 0");
  return {parameter, parameter};
}

// An element: a product and a sum for the velocity, for the parameter, and for what Nesterov adds; the scale.
double flops_of_sgd(std::span<const TensorType> operands, std::span<const TensorType> results,
                    const Attributes& attributes) {
  const double each = 4.0 + (attributes.get_or("nesterov", false) ? 2.0 : 0.0) + (operands.size() > 4 ? 1.0 : 0.0);
  return each * static_cast<double>(results[0].shape.volume());
}

struct SgdResult {
  Value parameter;
  Value velocity;
};

SgdResult sgd_op(Value parameter, Value gradient, Value velocity, Value learning_rate, const SgdOptions& options) {
  Attributes attributes{{"momentum", options.momentum}};
  if (options.nesterov) attributes.set("nesterov", true);
  const std::vector<Value> results =
      apply_all(op::sgd, std::vector<Value>{parameter, gradient, velocity, learning_rate}, std::move(attributes));
  return {results[0], results[1]};
}

std::vector<Value> apply_sgd(Graph& graph, const Shape& shape, const SgdOptions& options) {
  const SgdResult updated =
      sgd_op(graph.input("parameter", DType::f32, shape), graph.input("gradient", DType::f32, shape),
             graph.input("velocity", DType::f32, shape), graph.input("learning_rate", DType::f32, {}), options);
  return {updated.parameter, updated.velocity};
}
std::vector<Value> sgd_case_scaled_gradient(Graph& graph) {
  std::vector<Value> operands;
  for (const std::string_view name : {"parameter", "gradient", "velocity"})
    operands.push_back(graph.input(name, DType::f32, {3, 7}));
  operands.insert(operands.end(), {graph.constant(0.01), graph.constant(0.375)});
  return apply_all(op::sgd, operands, {{"momentum", 0.9}});
}
std::vector<Value> sgd_case_momentum(Graph& graph) { return apply_sgd(graph, {3, 5}, {.momentum = 0.9}); }
std::vector<Value> sgd_case_no_momentum(Graph& graph) { return apply_sgd(graph, {19}, {}); }
std::vector<Value> sgd_case_scalar(Graph& graph) { return apply_sgd(graph, {}, {.momentum = 0.5}); }
std::vector<Value> sgd_case_nesterov(Graph& graph) {
  return apply_sgd(graph, {3, 7}, {.momentum = 0.9, .nesterov = true});
}

}  // namespace

const Op op::sgd = {
    .name = "sgd",
    .family = "update",
    .summary =
        "velocity' = momentum velocity + g, parameter' = parameter - learning_rate velocity'; with nesterov parameter' "
        "= "
        "parameter - learning_rate (g + momentum velocity'); g is the gradient, times gradient_scale where that is "
        "given",
    .operands = {"parameter", "gradient", "velocity", "learning_rate", "gradient_scale..."},
    .results = {"parameter_next", "velocity_next"},
    .attributes = {"momentum: the decay of the velocity, in [0, 1)",
                   "nesterov: whether the step looks ahead by the momentum; may be absent: it does not"},
    .infer = infer_sgd,
    .no_gradient = "it updates a parameter after its gradient is known",
    .flops = flops_of_sgd,
    .in_place = {{0, 0}, {1, 2}},
    .cases = {{.name = "momentum", .build = sgd_case_momentum},
              {.name = "no_momentum", .build = sgd_case_no_momentum},
              {.name = "scalar", .build = sgd_case_scalar},
              {.name = "nesterov", .build = sgd_case_nesterov},
              {.name = "scaled_gradient", .build = sgd_case_scaled_gradient}},
};

void Sgd::update(Values parameters, Values gradients, const LearningRate& learning_rate, const SgdOptions& options) {
  const Value rate = checked(parameters, gradients, learning_rate, options.weight_decay);
  const Graph::Scope scope = graph().absolute_scope(name());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Value parameter = decayed(parameters[i], rate, options.weight_decay);
    if (options.momentum == 0.0 && !options.nesterov) {
      graph().update(parameters[i], parameter - rate * gradients[i]);
      continue;
    }
    const Value velocity = state_of(parameters[i], "velocity");
    const SgdResult next = sgd_op(parameter, gradients[i], velocity, rate, options);
    graph().update(parameters[i], next.parameter);
    graph().update(velocity, next.velocity);
  }
}

}  // namespace weft
