#include <cmath>

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_global_norm(std::span<const TensorType> operands, const Attributes&) {
  require(!operands.empty(), "at least one value is needed");
  require_float(operands[0], "values");
  for (const TensorType& operand : operands) require_same_dtype(operands[0], operand);
  return {{operands[0].dtype, Shape{}}};
}

// d norm / d value = value / norm; at norm 0, where there is no derivative, 0.
std::vector<Value> gradient_of_global_norm(const GradientContext& context) {
  const Value norm = context.result(0);
  const Value divisor = select(less(constant_like(norm, 0.0), norm), norm, constant_like(norm, 1.0));
  const Value scale = context.cotangent(0) / divisor;
  std::vector<Value> gradients;
  for (std::size_t i = 0; i < context.operand_count(); ++i)
    gradients.push_back(context.needs(i) ? context.operand(i) * scale : Value());
  return gradients;
}

std::vector<Value> global_norm_case_one_value(Graph& graph) {
  return {global_norm(std::vector<Value>{graph.input("x", DType::f32, {3, 5})})};
}
std::vector<Value> global_norm_case_several_values(Graph& graph) {
  return {global_norm(std::vector<Value>{graph.input("x", DType::f32, {3, 5}), graph.input("y", DType::f32, {}),
                                         graph.input("z", DType::f32, {19})})};
}

}  // namespace

const Op op::global_norm = {
    .name = "global_norm",
    .family = "update",
    .summary = "the square root of the sum of the squares of all elements of all values",
    .operands = {"values..."},
    .results = {"norm"},
    .infer = infer_global_norm,
    .gradient = gradient_of_global_norm,
    .flops = flops_of_norm,
    .cases = {{.name = "one_value", .build = global_norm_case_one_value},
              {.name = "several_values", .build = global_norm_case_several_values}},
};

Value global_norm(Values values) { return apply_all(op::global_norm, values).at(0); }

std::vector<Value> clip_by_global_norm(Values gradients, double max_norm) {
  require(max_norm > 0.0 && std::isfinite(max_norm),
          "clip_by_global_norm: the largest norm is {}: a positive number is needed", max_norm);
  const Value norm = global_norm(gradients);
  const Value limit = constant_like(norm, max_norm);
  // min(1, max_norm / norm) with a divisor that is never 0.
  const Value scale = limit / select(less(limit, norm), norm, limit);
  std::vector<Value> clipped;
  for (const Value& gradient : gradients) clipped.push_back(gradient * scale);
  return clipped;
}

}  // namespace weft
