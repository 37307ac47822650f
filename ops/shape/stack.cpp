#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_stack(std::span<const TensorType> operands, const Attributes& attributes) {
  require(!operands.empty(), "at least one part is needed");
  for (std::size_t i = 1; i < operands.size(); ++i)
    require(operands[i] == operands[0], "parts differ: part 0 {}, part {} {}", operands[0], i, operands[i]);
  const Shape& part = operands[0].shape;
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  require(axis >= 0 && axis <= static_cast<std::int64_t>(part.rank()),
          "axis {} is out of range for a new axis in shape {}", axis, part);
  return {{operands[0].dtype, part.inserted(static_cast<std::size_t>(axis), std::ssize(operands))}};
}

// Each part with an axis of extent 1, then concatenated along it.
std::vector<Value> decompose_stack(std::span<const Value> operands, const Attributes& attributes) {
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  const Shape row = operands[0].shape().inserted(static_cast<std::size_t>(axis), 1);
  std::vector<Value> rows;
  for (const Value& operand : operands) rows.push_back(reshape(operand, row));
  return {concat(rows, axis)};
}

std::vector<Value> apply_stack(Graph& graph, const Shape& shape, std::int64_t axis) {
  const std::vector<Value> parts{graph.input("a", DType::f32, shape), graph.input("b", DType::f32, shape),
                                 graph.input("c", DType::f32, shape)};
  return {stack(parts, axis)};
}
std::vector<Value> stack_case_first_axis(Graph& graph) { return apply_stack(graph, {2, 5}, 0); }
std::vector<Value> stack_case_middle_axis(Graph& graph) { return apply_stack(graph, {2, 5}, 1); }
std::vector<Value> stack_case_last_axis(Graph& graph) { return apply_stack(graph, {2, 5}, -1); }
std::vector<Value> stack_case_scalars(Graph& graph) { return apply_stack(graph, {}, 0); }

}  // namespace

const Op op::stack = {
    .name = "stack",
    .family = "shape",
    .summary = "values of one type side by side along a new axis",
    .operands = {"parts..."},
    .results = {"y"},
    .attributes = {"axis: where the new axis is in the result"},
    .infer = infer_stack,
    .decompose = decompose_stack,
    .flops = no_flops,
    .cases = {{.name = "first_axis", .build = stack_case_first_axis},
              {.name = "middle_axis", .build = stack_case_middle_axis},
              {.name = "last_axis", .build = stack_case_last_axis},
              {.name = "scalars", .build = stack_case_scalars}},
};

Value stack(Values parts, std::int64_t axis) {
  // The axis counts in the result, which has one more than each part.
  if (!parts.empty() && parts[0] && axis < 0) {
    const auto rank = static_cast<std::int64_t>(parts[0].shape().rank()) + 1;
    if (axis >= -rank) axis += rank;
  }
  return apply_all(op::stack, parts, {{"axis", axis}}).at(0);
}

}  // namespace weft
