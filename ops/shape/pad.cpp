#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_pad(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const Shape& shape = operands[0].shape;
  const std::size_t axis = axis_of(attributes, shape);
  const std::int64_t before = attributes.get<std::int64_t>("before");
  const std::int64_t after = attributes.get<std::int64_t>("after");
  const auto in_range = [](std::int64_t zeros) { return zeros >= 0 && zeros <= Shape::max_volume; };
  require(in_range(before) && in_range(after), "before {} and after {} must be from 0 to {}", before, after,
          Shape::max_volume);
  return {{operands[0].dtype, shape.with(axis, before + shape.extents()[axis] + after)}};
}

std::vector<Value> gradient_of_pad(const GradientContext& context) {
  const Attributes& attributes = context.attributes();
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  const std::int64_t before = attributes.get<std::int64_t>("before");
  return {slice(context.cotangent(0), axis, before, before + context.operand(0).shape()[axis])};
}

std::vector<Value> pad_case_first_axis(Graph& graph) { return {pad(graph.input("x", DType::f32, {2, 3}), 0, 1, 2)}; }
std::vector<Value> pad_case_middle_axis(Graph& graph) {
  return {pad(graph.input("x", DType::f32, {2, 3, 5}), 1, 0, 1)};
}
std::vector<Value> pad_case_last_axis(Graph& graph) { return {pad(graph.input("x", DType::f32, {3, 5}), -1, 2, 0)}; }

/// `count` elements to stand before (or after) those along the axis.
Value border(Value x, std::int64_t axis, std::int64_t count, bool before, PadMode mode) {
  const std::int64_t extent = x.shape()[axis];
  if (mode == PadMode::edge) {
    const Value element = before ? slice(x, axis, 0, 1) : slice(x, axis, extent - 1, extent);
    return broadcast(element, x.shape().with(x.shape().axis(axis), count));
  }
  const std::int64_t first = before ? 1 : extent - 1 - count;
  return flip(slice(x, axis, first, first + count), axis);
}

}  // namespace

const Op op::pad = {
    .name = "pad",
    .family = "shape",
    .summary = "zeros before and after the elements of one axis",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axis: the axis that grows", "before: zeros before the elements", "after: zeros after them"},
    .infer = infer_pad,
    .gradient = gradient_of_pad,
    .flops = no_flops,
    .cases = {{.name = "first_axis", .build = pad_case_first_axis},
              {.name = "middle_axis", .build = pad_case_middle_axis},
              {.name = "last_axis", .build = pad_case_last_axis}},
};

Value pad(Value x, std::int64_t axis, std::int64_t before, std::int64_t after, PadMode mode) {
  if (mode != PadMode::zeros) {
    require(static_cast<bool>(x), "pad: operand 0 is a null value");
    const std::int64_t most = mode == PadMode::reflect ? x.shape()[axis] - 1 : Shape::max_volume;
    require(0 <= before && before <= most && 0 <= after && after <= most,
            "pad: before {} and after {} must be from 0 to {} along axis {} of shape {}", before, after, most, axis,
            x.shape());
    std::vector<Value> parts;
    if (before > 0) parts.push_back(border(x, axis, before, true, mode));
    parts.push_back(x);
    if (after > 0) parts.push_back(border(x, axis, after, false, mode));
    return concat(parts, axis);
  }
  return apply(op::pad, {x}, {{"axis", axis_from_first(x, axis)}, {"before", before}, {"after", after}});
}

}  // namespace weft
