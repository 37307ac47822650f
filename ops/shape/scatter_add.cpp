#include <algorithm>

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_scatter_add(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& updates = operands[0];
  const TensorType& indices = operands[1];
  require_number(updates, "updates");
  require(indices.dtype == DType::i32, "the indices are {}: i32 is needed", indices);
  const std::size_t batch_axes = batch_axes_of(attributes, indices.shape);
  require_same_batches(updates, indices, batch_axes);
  const std::size_t index_axes = indices.shape.rank() - batch_axes;
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  require(axis >= static_cast<std::int64_t>(batch_axes) &&
              axis <= static_cast<std::int64_t>(updates.shape.rank()) - static_cast<std::int64_t>(index_axes),
          "axis {} is out of range: updates {}, indices {} with {} batch axes", axis, updates, indices, batch_axes);
  const auto at = static_cast<std::size_t>(axis);
  Shape shape = updates.shape;
  for (std::size_t i = batch_axes; i < indices.shape.rank(); ++i) {
    require(shape.extents()[at] == indices.shape.extents()[i],
            "the updates need the indices' axes from axis {} on: updates {}, indices {} with {} batch axes", axis,
            updates, indices, batch_axes);
    shape = shape.without(at);
  }
  return {{updates.dtype, shape.inserted(at, attributes.get<std::int64_t>("extent"))}};
}

// It is linear in its updates, and the transpose of adding is looking up.
std::vector<Value> gradient_of_scatter_add(const GradientContext& context) {
  const Attributes& attributes = context.attributes();
  return {gather(context.cotangent(0), context.operand(1), attributes.get<std::int64_t>("axis"),
                 attributes.get<std::int64_t>("batch_axes")),
          Value()};
}

Value updates(Graph& graph, const Shape& shape) { return graph.input("updates", DType::f32, shape); }
Value scatter_add_indices(Graph& graph, const Shape& shape, const std::vector<std::int32_t>& numbers) {
  return graph.constant(Tensor::of(shape, numbers));
}
std::vector<Value> scatter_add_case_one_index(Graph& graph) {
  return {scatter_add(updates(graph, {3}), graph.constant(4.0, DType::i32), 0, 5)};
}
std::vector<Value> scatter_add_case_first_axis(Graph& graph) {
  return {scatter_add(updates(graph, {2, 2, 3}), scatter_add_indices(graph, {2, 2}, {4, 0, 2, 4}), 0, 5)};
}
std::vector<Value> scatter_add_case_middle_axis(Graph& graph) {
  return {scatter_add(updates(graph, {2, 2, 3}), scatter_add_indices(graph, {2}, {1, 1}), 1, 3)};
}
std::vector<Value> scatter_add_case_last_axis(Graph& graph) {
  return {scatter_add(updates(graph, {3, 4}), scatter_add_indices(graph, {4}, {3, 0, 3, 3}), -1, 5)};
}
std::vector<Value> scatter_add_case_batch(Graph& graph) {
  return {scatter_add(updates(graph, {2, 2, 3}), scatter_add_indices(graph, {2, 2}, {1, 4, 0, 0}), 1, 5, 1)};
}
std::vector<Value> scatter_add_case_batch_and_more(Graph& graph) {
  return {scatter_add(updates(graph, {2, 3, 2}), scatter_add_indices(graph, {2, 2}, {1, 4, 0, 0}), 2, 5, 1)};
}
std::vector<Value> scatter_add_case_integers(Graph& graph) {
  const Value counts = scatter_add(graph.constant(Tensor::of<std::int32_t>({3}, {1, 1, 2})),
                                   scatter_add_indices(graph, {3}, {2, 0, 2}), 0, 3);
  return {graph.input("x", DType::f32, {3}) * cast(counts, DType::f32)};
}

}  // namespace

const Op op::scatter_add = {
    .name = "scatter_add",
    .family = "shape",
    .summary = "zeros to which the updates are added where the indices say, in their order: the gradient of gather",
    .operands = {"updates", "indices"},
    .results = {"y"},
    .attributes = {"axis: the axis of y that the indices count along", "extent: of y along that axis",
                   "batch_axes: how many leading axes the updates and the indices share"},
    .infer = infer_scatter_add,
    .gradient = gradient_of_scatter_add,
    .flops = one_flop_per_operand,
    .cases = {{.name = "one_index", .build = scatter_add_case_one_index},
              {.name = "first_axis", .build = scatter_add_case_first_axis},
              {.name = "middle_axis", .build = scatter_add_case_middle_axis},
              {.name = "last_axis", .build = scatter_add_case_last_axis},
              {.name = "batch", .build = scatter_add_case_batch},
              {.name = "batch_and_more", .build = scatter_add_case_batch_and_more},
              {.name = "integers", .build = scatter_add_case_integers}},
};

Value scatter_add(Value updates, Value indices, std::int64_t axis, std::int64_t extent, std::int64_t batch_axes) {
  if (axis < 0 && updates && indices) {
    // It counts in the result, where one axis stands for those of the indices. Inference refuses what is out of range.
    const auto rank = static_cast<std::int64_t>(indices.shape().rank());
    const std::int64_t index_axes = rank - std::clamp(batch_axes, std::int64_t{0}, rank);
    axis += static_cast<std::int64_t>(updates.shape().rank()) - index_axes + 1;
  }
  return apply(op::scatter_add, {updates, indices}, {{"axis", axis}, {"extent", extent}, {"batch_axes", batch_axes}});
}

}  // namespace weft
