#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_flip(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  axis_of(attributes, operands[0].shape);
  return {operands[0]};
}

std::vector<Value> gradient_of_flip(const GradientContext& context) {
  return {flip(context.cotangent(0), context.attributes().get<std::int64_t>("axis"))};
}

std::vector<Value> flip_case_last_axis(Graph& graph) { return {flip(graph.input("x", DType::f32, {3, 5}), -1)}; }
std::vector<Value> flip_case_first_axis(Graph& graph) { return {flip(graph.input("x", DType::f32, {5, 3}), 0)}; }
std::vector<Value> flip_case_middle_axis(Graph& graph) { return {flip(graph.input("x", DType::f32, {2, 5, 3}), 1)}; }
std::vector<Value> flip_case_flags(Graph& graph) {
  const Value flags = graph.constant(Tensor::of<std::uint8_t>({3}, {1, 0, 0}));
  return {select(flip(flags, 0), graph.input("a", DType::f32, {3}), graph.input("b", DType::f32, {3}))};
}

}  // namespace

const Op op::flip = {
    .name = "flip",
    .family = "shape",
    .summary = "the elements along an axis in the opposite order",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axis: the axis that is turned round"},
    .infer = infer_flip,
    .gradient = gradient_of_flip,
    .flops = no_flops,
    .cases = {{.name = "last_axis", .build = flip_case_last_axis},
              {.name = "first_axis", .build = flip_case_first_axis},
              {.name = "middle_axis", .build = flip_case_middle_axis},
              {.name = "flags", .build = flip_case_flags}},
};

Value flip(Value x, std::int64_t axis) { return apply(op::flip, {x}, {{"axis", axis_from_first(x, axis)}}); }

}  // namespace weft
