#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_gather(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& x = operands[0];
  const TensorType& indices = operands[1];
  require(indices.dtype == DType::i32, "the indices are {}: i32 is needed", indices);
  const std::size_t axis = axis_of(attributes, x.shape);
  const std::size_t batch_axes = batch_axes_of(attributes, indices.shape);
  require(batch_axes <= axis, "axis {} of x {} is one of the {} batch axes", axis, x, batch_axes);
  require_same_batches(x, indices, batch_axes);
  Shape shape = x.shape.without(axis);
  for (std::size_t i = batch_axes; i < indices.shape.rank(); ++i)
    shape = shape.inserted(axis + i - batch_axes, indices.shape.extents()[i]);
  return {{x.dtype, shape}};
}

std::vector<Value> gradient_of_gather(const GradientContext& context) {
  const std::int64_t axis = context.attributes().get<std::int64_t>("axis");
  return {scatter_add(context.cotangent(0), context.operand(1), axis, context.operand(0).shape()[axis],
                      context.attributes().get<std::int64_t>("batch_axes")),
          Value()};
}

/// The indices, and the elements that they name, read and written.
double bytes_of_gather(std::span<const TensorType> operands, std::span<const TensorType> results, const Attributes&) {
  return static_cast<double>(operands[1].bytes()) + 2.0 * static_cast<double>(results[0].bytes());
}

Value gather_indices(Graph& graph, const Shape& shape, const std::vector<std::int32_t>& numbers) {
  return graph.constant(Tensor::of(shape, numbers));
}
std::vector<Value> gather_case_one_index(Graph& graph) {
  return {gather(graph.input("x", DType::f32, {5, 3}), graph.constant(4.0, DType::i32))};
}
std::vector<Value> gather_case_first_axis(Graph& graph) {
  return {gather(graph.input("x", DType::f32, {5, 2, 3}), gather_indices(graph, {2, 2}, {4, 0, 2, 4}))};
}
std::vector<Value> gather_case_middle_axis(Graph& graph) {
  return {gather(graph.input("x", DType::f32, {2, 5, 3}), gather_indices(graph, {2}, {1, 1}), 1)};
}
std::vector<Value> gather_case_last_axis(Graph& graph) {
  return {gather(graph.input("x", DType::f32, {3, 5}), gather_indices(graph, {3, 1}, {3, 0, 3}), -1)};
}
std::vector<Value> gather_case_batch(Graph& graph) {
  return {gather(graph.input("x", DType::f32, {2, 5, 3}), gather_indices(graph, {2, 2}, {1, 4, 0, 0}), 1, 1)};
}
std::vector<Value> gather_case_batch_and_more(Graph& graph) {
  return {gather(graph.input("x", DType::f32, {2, 3, 5}), gather_indices(graph, {2, 2}, {1, 4, 0, 0}), 2, 1)};
}
std::vector<Value> gather_case_flags(Graph& graph) {
  const Value flags = graph.constant(Tensor::of<std::uint8_t>({3}, {1, 0, 0}));
  return {select(gather(flags, gather_indices(graph, {3}, {2, 0, 0})), graph.input("a", DType::f32, {3}),
                 graph.input("b", DType::f32, {3}))};
}

}  // namespace

const Op op::gather = {
    .name = "gather",
    .family = "shape",
    .summary =
        "the elements of x along an axis that the indices name; an index that is no place there is an error of "
        "the run",
    .operands = {"x", "indices"},
    .results = {"y"},
    .attributes = {"axis: the axis that the indices count along, and whose place they take",
                   "batch_axes: how many leading axes x and the indices share"},
    .infer = infer_gather,
    .gradient = gradient_of_gather,
    .flops = no_flops,
    .bytes = bytes_of_gather,
    .cases = {{.name = "one_index", .build = gather_case_one_index},
              {.name = "first_axis", .build = gather_case_first_axis},
              {.name = "middle_axis", .build = gather_case_middle_axis},
              {.name = "last_axis", .build = gather_case_last_axis},
              {.name = "batch", .build = gather_case_batch},
              {.name = "batch_and_more", .build = gather_case_batch_and_more},
              {.name = "flags", .build = gather_case_flags}},
};

Value gather(Value x, Value indices, std::int64_t axis, std::int64_t batch_axes) {
  return apply(op::gather, {x, indices}, {{"axis", axis_from_first(x, axis)}, {"batch_axes", batch_axes}});
}

// Every axis but the one is a batch axis, once that one is the last.
Value take_along_axis(Value x, Value indices, std::int64_t axis) {
  require(x && indices, "take_along_axis: operand {} is a null value", x ? 1 : 0);
  const std::size_t along = x.shape().axis(axis);
  const std::size_t rank = x.shape().rank();
  require(indices.shape().rank() == rank && x.shape().without(along) == indices.shape().without(along),
          "take_along_axis: x and indices differ outside of axis {}: x {}, indices {}", along, x.type(),
          indices.type());
  const Value of_last = axis_to_last(x, along);
  return axis_from_last(gather(of_last, axis_to_last(indices, along), -1, static_cast<std::int64_t>(rank) - 1), along);
}

}  // namespace weft
