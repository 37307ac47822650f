#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_concat(std::span<const TensorType> operands, const Attributes& attributes) {
  require(!operands.empty(), "at least one part is needed");
  const Shape& first = operands[0].shape;
  const std::size_t axis = axis_of(attributes, first);
  std::int64_t extent = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const TensorType& part = operands[i];
    require(part.dtype == operands[0].dtype && part.shape.rank() == first.rank() &&
                part.shape.with(axis, 1) == first.with(axis, 1),
            "parts differ outside of axis {}: part 0 {}, part {} {}", axis, operands[0], i, part);
    extent += part.shape.extents()[axis];
    require(extent <= Shape::max_volume, "the parts have more than {} elements along axis {}", Shape::max_volume, axis);
  }
  return {{operands[0].dtype, first.with(axis, extent)}};
}

// Each part gets its slice of the cotangent.
std::vector<Value> gradient_of_concat(const GradientContext& context) {
  const std::int64_t axis = context.attributes().get<std::int64_t>("axis");
  std::vector<Value> gradients;
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < context.operand_count(); ++i) {
    const std::int64_t end = begin + context.operand(i).shape()[axis];
    gradients.push_back(context.needs(i) ? slice(context.cotangent(0), axis, begin, end) : Value());
    begin = end;
  }
  return gradients;
}

std::vector<Value> apply_concat(Graph& graph, const Shape& a, const Shape& b, std::int64_t axis) {
  const std::vector<Value> parts{graph.input("a", DType::f32, a), graph.input("b", DType::f32, b)};
  return {concat(parts, axis)};
}
std::vector<Value> concat_case_first_axis(Graph& graph) { return apply_concat(graph, {2, 3}, {5, 3}, 0); }
std::vector<Value> concat_case_middle_axis(Graph& graph) { return apply_concat(graph, {2, 1, 5}, {2, 3, 5}, 1); }
std::vector<Value> concat_case_last_axis(Graph& graph) { return apply_concat(graph, {3, 5}, {3, 2}, -1); }
std::vector<Value> concat_case_one_part_twice(Graph& graph) {
  const Value a = graph.input("a", DType::f32, {3, 5});
  return {concat(std::vector<Value>{a, graph.input("b", DType::f32, {3, 1}), a}, 1)};
}

}  // namespace

const Op op::concat = {
    .name = "concat",
    .family = "shape",
    .summary = "the parts one after another along an axis",
    .operands = {"parts..."},
    .results = {"y"},
    .attributes = {"axis: the axis along which the parts are joined"},
    .infer = infer_concat,
    .gradient = gradient_of_concat,
    .flops = no_flops,
    .cases = {{.name = "first_axis", .build = concat_case_first_axis},
              {.name = "middle_axis", .build = concat_case_middle_axis},
              {.name = "last_axis", .build = concat_case_last_axis},
              {.name = "one_part_twice", .build = concat_case_one_part_twice}},
};

Value concat(Values parts, std::int64_t axis) {
  const std::int64_t from_first = parts.empty() ? axis : axis_from_first(parts[0], axis);
  return apply_all(op::concat, parts, {{"axis", from_first}}).at(0);
}

}  // namespace weft
