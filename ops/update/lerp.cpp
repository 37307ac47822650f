#include <algorithm>

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_lerp(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 3);
  require_float(operands[0], "start");
  require(operands[1] == operands[0], "end is {}, start is {}: they must be of one type", operands[1], operands[0]);
  require(operands[2] == TensorType{operands[0].dtype, Shape{}}, "the weight is {}: {}[] is needed", operands[2],
          to_string(operands[0].dtype));
  return {operands[0]};
}

std::vector<Value> decompose_lerp(std::span<const Value> operands, const Attributes&) {
  return {operands[0] + operands[2] * (operands[1] - operands[0])};
}

std::vector<Value> gradient_of_lerp(const GradientContext& context) {
  const Value cotangent = context.cotangent(0);
  const Value weight = context.operand(2);
  return {context.needs(0) ? cotangent * (1.0 - weight) : Value{}, context.needs(1) ? cotangent * weight : Value{},
          context.needs(2) ? reduce_sum(cotangent * (context.operand(1) - context.operand(0))) : Value{}};
}

double flops_of_lerp(std::span<const TensorType>, std::span<const TensorType> results, const Attributes&) {
  return 3.0 * static_cast<double>(results[0].shape.volume());
}

std::vector<Value> between(Graph& graph, const Shape& shape) {
  return {lerp(graph.input("start", DType::f32, shape), graph.input("end", DType::f32, shape),
               graph.input("weight", DType::f32, {}))};
}
std::vector<Value> lerp_case_matrix(Graph& graph) { return between(graph, {3, 7}); }
std::vector<Value> lerp_case_scalar(Graph& graph) { return between(graph, {}); }

}  // namespace

const Op op::lerp = {
    .name = "lerp",
    .family = "update",
    .summary = "y = start + weight (end - start): with a small weight, a moving average of `end`",
    .operands = {"start", "end", "weight"},
    .results = {"y"},
    .infer = infer_lerp,
    .gradient = gradient_of_lerp,
    .decompose = decompose_lerp,
    .flops = flops_of_lerp,
    .cases = {{.name = "matrix", .build = lerp_case_matrix}, {.name = "scalar", .build = lerp_case_scalar}},
};

Value lerp(Value start, Value end, Value weight) { return apply(op::lerp, {start, end, weight}); }

void moving_average(Values parameters, Value weight) {
  Graph& graph = weight.graph();
  std::vector<Value> next(parameters.begin(), parameters.end());
  for (const Update& update : graph.updates()) {
    const auto at = std::ranges::find(parameters, graph.value(update.variable));
    if (at != parameters.end()) next[static_cast<std::size_t>(at - parameters.begin())] = graph.value(update.value);
  }
  const Graph::Scope scope = graph.absolute_scope("average");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Value average = graph.state(parameters[i].name(), parameters[i].type(), Initializer::zeros(), {});
    graph.update(average, lerp(average, next[i], weight));
  }
}

}  // namespace weft
