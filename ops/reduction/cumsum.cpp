#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_cumsum(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require_number(operands[0], "x");
  axis_of(attributes, operands[0].shape);
  attributes.get<bool>("reverse");
  return {operands[0]};
}

// An element is in its own sum and in those behind it.
std::vector<Value> gradient_of_cumsum(const GradientContext& context) {
  const Attributes& attributes = context.attributes();
  return {cumsum(context.cotangent(0), attributes.get<std::int64_t>("axis"), !attributes.get<bool>("reverse"))};
}

std::vector<Value> cumsum_case_last_axis(Graph& graph) { return {cumsum(graph.input("x", DType::f32, {3, 5}), -1)}; }
std::vector<Value> cumsum_case_first_axis(Graph& graph) { return {cumsum(graph.input("x", DType::f32, {5, 3}), 0)}; }
std::vector<Value> cumsum_case_middle_axis(Graph& graph) {
  return {cumsum(graph.input("x", DType::f32, {2, 5, 3}), 1, true)};
}
std::vector<Value> cumsum_case_reverse(Graph& graph) { return {cumsum(graph.input("x", DType::f32, {3, 5}), 1, true)}; }
std::vector<Value> cumsum_case_integers(Graph& graph) {
  const Value x = graph.constant(Tensor::of<std::int32_t>({2, 3}, {3, -1, -2, 7, 0, 8}));
  return {graph.input("x", DType::f32, {2, 3}) * cast(cumsum(x, 1), DType::f32)};
}

}  // namespace

const Op op::cumsum = {
    .name = "cumsum",
    .family = "reduction",
    .summary = "element i of y is the sum of the elements of x up to and with i along an axis",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axis: the axis that is summed along", "reverse: whether the sums are from i on instead"},
    .infer = infer_cumsum,
    .gradient = gradient_of_cumsum,
    .flops = one_flop_per_result,
    .cases = {{.name = "last_axis", .build = cumsum_case_last_axis},
              {.name = "first_axis", .build = cumsum_case_first_axis},
              {.name = "middle_axis", .build = cumsum_case_middle_axis},
              {.name = "reverse", .build = cumsum_case_reverse},
              {.name = "integers", .build = cumsum_case_integers}},
};

Value cumsum(Value x, std::int64_t axis, bool reverse) {
  return apply(op::cumsum, {x}, {{"axis", axis_from_first(x, axis)}, {"reverse", reverse}});
}

}  // namespace weft
