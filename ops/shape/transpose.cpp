#include <algorithm>
#include <numeric>

#include "graph/base/joined.h"
#include "ops/forms.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

bool is_permutation_of_axes(std::vector<std::int64_t> permutation, std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), std::int64_t{0});
  std::ranges::sort(permutation);
  return permutation == axes;
}

std::vector<TensorType> infer_transpose(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const Shape& shape = operands[0].shape;
  const auto& permutation = attributes.get<std::vector<std::int64_t>>("permutation");
  if (!is_permutation_of_axes(permutation, shape.rank()))
    fail("[{}] is no permutation of the axes of shape {}", joined(permutation, ","), shape);
  std::vector<std::int64_t> extents;
  for (const std::int64_t axis : permutation) extents.push_back(shape[axis]);
  return {{operands[0].dtype, Shape(std::span<const std::int64_t>(extents))}};
}

// The cotangent under the inverse permutation.
std::vector<Value> gradient_of_transpose(const GradientContext& context) {
  const auto& permutation = context.attributes().get<std::vector<std::int64_t>>("permutation");
  return {transpose(context.cotangent(0), inverse_permutation(permutation))};
}

std::vector<Value> transpose_case_matrix(Graph& graph) {
  return {transpose(graph.input("x", DType::f32, {3, 5}), {1, 0})};
}
std::vector<Value> transpose_case_cycle(Graph& graph) {
  return {transpose(graph.input("x", DType::f32, {2, 3, 5}), {2, 0, 1})};
}
std::vector<Value> transpose_case_batch_and_time(Graph& graph) {
  return {transpose(graph.input("x", DType::f32, {2, 3, 5}), {1, 0, -1})};
}

}  // namespace

const Op op::transpose = {
    .name = "transpose",
    .family = "shape",
    .summary = "axis i of the result is axis permutation[i] of x",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"permutation: an axis of x for each axis of the result"},
    .infer = infer_transpose,
    .gradient = gradient_of_transpose,
    .flops = no_flops,
    .cases = {{.name = "matrix", .build = transpose_case_matrix},
              {.name = "cycle", .build = transpose_case_cycle},
              {.name = "batch_and_time", .build = transpose_case_batch_and_time}},
};

Value transpose(Value x, std::vector<std::int64_t> permutation) {
  for (std::int64_t& axis : permutation) axis = axis_from_first(x, axis);
  return apply(op::transpose, {x}, {{"permutation", std::move(permutation)}});
}

}  // namespace weft
