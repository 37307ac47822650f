#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_accumulate(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 2);
  require_float(operands[0], "total");
  require(operands[1] == operands[0], "x is {}, the total is {}: they must be of one type", operands[1], operands[0]);
  return {operands[0]};
}

std::vector<Value> gradient_of_accumulate(const GradientContext& context) {
  return {context.cotangent(0), context.cotangent(0)};
}

std::vector<Value> apply_accumulate(Graph& graph, const Shape& shape) {
  return {accumulate(graph.input("total", DType::f32, shape), graph.input("x", DType::f32, shape))};
}
std::vector<Value> accumulate_case_matrix(Graph& graph) { return apply_accumulate(graph, {3, 7}); }
std::vector<Value> accumulate_case_long_row(Graph& graph) { return apply_accumulate(graph, {333}); }
std::vector<Value> accumulate_case_scalar(Graph& graph) { return apply_accumulate(graph, {}); }

}  // namespace

const Op op::accumulate = {
    .name = "accumulate",
    .family = "update",
    .summary =
        "y = total + x: a sum that no pass takes apart, so that what several runs add up is added in the order that "
        "they say",
    .operands = {"total", "x"},
    .results = {"y"},
    .infer = infer_accumulate,
    .gradient = gradient_of_accumulate,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = accumulate_case_matrix},
              {.name = "long_row", .build = accumulate_case_long_row},
              {.name = "scalar", .build = accumulate_case_scalar}},
};

Value accumulate(Value total, Value x) { return apply(op::accumulate, {total, x}); }

}  // namespace weft
