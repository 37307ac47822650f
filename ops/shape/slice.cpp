#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const Shape& shape = operands[0].shape;
  const std::size_t axis = axis_of(attributes, shape);
  const std::int64_t begin = attributes.get<std::int64_t>("begin");
  const std::int64_t end = attributes.get<std::int64_t>("end");
  require(0 <= begin && begin < end && end <= shape.extents()[axis],
          "[{}, {}) is empty or not within axis {} of shape {}", begin, end, axis, shape);
  return {{operands[0].dtype, shape.with(axis, end - begin)}};
}

std::vector<Value> gradient(const GradientContext& context) {
  const Attributes& attributes = context.attributes();
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  const std::int64_t after = context.operand(0).shape()[axis] - attributes.get<std::int64_t>("end");
  return {pad(context.cotangent(0), axis, attributes.get<std::int64_t>("begin"), after)};
}

/// What is cut off is not read.
double bytes(std::span<const TensorType>, std::span<const TensorType> results, const Attributes&) {
  return 2.0 * static_cast<double>(results[0].bytes());
}

std::vector<Value> case_first_axis(Graph& graph) { return {slice(graph.input("x", DType::f32, {5, 3}), 0, 0, 2)}; }
std::vector<Value> case_middle_axis(Graph& graph) { return {slice(graph.input("x", DType::f32, {2, 5, 3}), 1, 2, 4)}; }
std::vector<Value> case_last_axis(Graph& graph) { return {slice(graph.input("x", DType::f32, {3, 5}), -1, 4, 5)}; }

}  // namespace

const Op op::slice = {
    .name = "slice",
    .family = "shape",
    .summary = "the elements [begin, end) of one axis",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axis: the axis that is cut", "begin: the first index that is kept", "end: one past the last"},
    .infer = infer,
    .gradient = gradient,
    .flops = no_flops,
    .bytes = bytes,
    .cases = {{.name = "first_axis", .build = case_first_axis},
              {.name = "middle_axis", .build = case_middle_axis},
              {.name = "last_axis", .build = case_last_axis}},
};

Value slice(Value x, std::int64_t axis, std::int64_t begin, std::int64_t end) {
  return apply(op::slice, {x}, {{"axis", axis_from_first(x, axis)}, {"begin", begin}, {"end", end}});
}

}  // namespace weft
