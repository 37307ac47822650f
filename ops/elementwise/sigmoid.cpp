#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_sigmoid(const GradientContext& context) {
  const Value y = context.result(0);
  return {context.cotangent(0) * (y * (1.0 - y))};
}

std::vector<Value> sigmoid_case_matrix(Graph& graph) { return {sigmoid(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> sigmoid_case_scalar(Graph& graph) { return {sigmoid(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::sigmoid = {
    .name = "sigmoid",
    .family = "elementwise",
    .summary = "y = 1 / (1 + e^-x)",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_sigmoid,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = sigmoid_case_matrix}, {.name = "scalar", .build = sigmoid_case_scalar}},
};

Value sigmoid(Value x) { return apply(op::sigmoid, {x}); }

}  // namespace weft
