#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_softmax(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require_float(operands[0], "x");
  axis_of(attributes, operands[0].shape);
  return {operands[0]};
}

// dx = y * (dy - sum(dy * y))
std::vector<Value> gradient_of_softmax(const GradientContext& context) {
  const std::int64_t axis = context.attributes().get<std::int64_t>("axis");
  const Value y = context.result(0);
  const Value dy = context.cotangent(0);
  return {y * (dy - reduce_sum(dy * y, {axis}, true))};
}

// An element: the maximum, the difference, the exponential, the sum, the quotient.
double flops_of_softmax(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 5.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> softmax_case_last_axis(Graph& graph) { return {softmax(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> softmax_case_first_axis(Graph& graph) { return {softmax(graph.input("x", DType::f32, {5, 3}), 0)}; }
std::vector<Value> softmax_case_middle_axis(Graph& graph) {
  return {softmax(graph.input("x", DType::f32, {2, 5, 3}), 1)};
}

}  // namespace

const Op op::softmax = {
    .name = "softmax",
    .family = "reduction",
    .summary = "y = e^x / sum of e^x along an axis",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axis: the axis along which the exponentials are summed"},
    .infer = infer_softmax,
    .gradient = gradient_of_softmax,
    .flops = flops_of_softmax,
    .cases = {{.name = "last_axis", .build = softmax_case_last_axis},
              {.name = "first_axis", .build = softmax_case_first_axis},
              {.name = "middle_axis", .build = softmax_case_middle_axis}},
};

Value softmax(Value x, std::int64_t axis) { return apply(op::softmax, {x}, {{"axis", axis_from_first(x, axis)}}); }

}  // namespace weft
