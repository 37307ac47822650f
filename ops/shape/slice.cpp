#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

/// The attribute "step", which slices of neighbours do without.
std::int64_t step_of(const Attributes& attributes) { return attributes.get_or("step", std::int64_t{1}); }

std::vector<TensorType> infer_slice(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const Shape& shape = operands[0].shape;
  const std::size_t axis = axis_of(attributes, shape);
  const std::int64_t begin = attributes.get<std::int64_t>("begin");
  const std::int64_t end = attributes.get<std::int64_t>("end");
  const std::int64_t step = step_of(attributes);
  require(0 <= begin && begin < end && end <= shape.extents()[axis],
          "[{}, {}) is empty or not within axis {} of shape {}", begin, end, axis, shape);
  require(step >= 1, "the step is {}: it must be at least 1; flip() turns an axis round", step);
  return {{operands[0].dtype, shape.with(axis, 1 + (end - begin - 1) / step)}};
}

/// x [..., n, ...] as [..., n * step, ...], with zeros behind each element.
Value spaced(Value x, std::size_t axis, std::int64_t step) {
  const Shape& shape = x.shape();
  const std::int64_t inner = shape.volume_between(axis + 1, shape.rank());
  const Value rows = reshape(x, {-1, inner});
  return reshape(pad(rows, 1, 0, (step - 1) * inner), shape.with(axis, shape.extents()[axis] * step));
}

std::vector<Value> gradient_of_slice(const GradientContext& context) {
  const Attributes& attributes = context.attributes();
  const std::size_t axis = axis_of(attributes, context.operand(0).shape());
  const std::int64_t extent = context.operand(0).shape().extents()[axis];
  const std::int64_t begin = attributes.get<std::int64_t>("begin");
  Value dy = context.cotangent(0);
  const std::int64_t count = dy.shape().extents()[axis];
  if (count > 1 && step_of(attributes) > 1) {
    dy = spaced(dy, axis, step_of(attributes));
    const std::int64_t most = extent - begin;  // the last element's zeros may go past the end
    if (dy.shape().extents()[axis] > most) dy = slice(dy, static_cast<std::int64_t>(axis), 0, most);
  }
  return {pad(dy, static_cast<std::int64_t>(axis), begin, extent - begin - dy.shape().extents()[axis])};
}

/// What is cut off is not read.
double bytes_of_slice(std::span<const TensorType>, std::span<const TensorType> results, const Attributes&) {
  return 2.0 * static_cast<double>(results[0].bytes());
}

std::vector<Value> slice_case_first_axis(Graph& graph) {
  return {slice(graph.input("x", DType::f32, {5, 3}), 0, 0, 2)};
}
std::vector<Value> slice_case_middle_axis(Graph& graph) {
  return {slice(graph.input("x", DType::f32, {2, 5, 3}), 1, 2, 4)};
}
std::vector<Value> slice_case_last_axis(Graph& graph) {
  return {slice(graph.input("x", DType::f32, {3, 5}), -1, 4, 5)};
}
std::vector<Value> slice_case_step(Graph& graph) {
  return {slice(graph.input("x", DType::f32, {2, 7, 3}), 1, 1, 6, 2)};
}
std::vector<Value> slice_case_step_to_the_end(Graph& graph) {
  return {slice(graph.input("x", DType::f32, {3, 8}), -1, 0, 8, 3)};
}
std::vector<Value> slice_case_step_of_one_element(Graph& graph) {
  return {slice(graph.input("x", DType::f32, {5, 3}), 0, 3, 5, 7)};
}

}  // namespace

const Op op::slice = {
    .name = "slice",
    .family = "shape",
    .summary = "the elements [begin, end) of one axis, or every step-th of them",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axis: the axis that is cut", "begin: the first index that is kept", "end: one past the last",
                   "step: how far apart those are that are kept; 1 when it is left out"},
    .infer = infer_slice,
    .gradient = gradient_of_slice,
    .flops = no_flops,
    .bytes = bytes_of_slice,
    .cases = {{.name = "first_axis", .build = slice_case_first_axis},
              {.name = "middle_axis", .build = slice_case_middle_axis},
              {.name = "last_axis", .build = slice_case_last_axis},
              {.name = "step", .build = slice_case_step},
              {.name = "step_to_the_end", .build = slice_case_step_to_the_end},
              {.name = "step_of_one_element", .build = slice_case_step_of_one_element}},
};

Value slice(Value x, std::int64_t axis, std::int64_t begin, std::int64_t end, std::int64_t step) {
  Attributes attributes{{"axis", axis_from_first(x, axis)}, {"begin", begin}, {"end", end}};
  if (step != 1) attributes.set("step", step);
  return apply(op::slice, {x}, std::move(attributes));
}

}  // namespace weft
