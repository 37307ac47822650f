#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_softplus(const GradientContext& context) {
  return {context.cotangent(0) * sigmoid(context.operand(0))};
}

std::vector<Value> softplus_case_matrix(Graph& graph) { return {softplus(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> softplus_case_scalar(Graph& graph) { return {softplus(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::softplus = {
    .name = "softplus",
    .family = "elementwise",
    .summary = "y = ln(1 + e^x)",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_softplus,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = softplus_case_matrix}, {.name = "scalar", .build = softplus_case_scalar}},
};

Value softplus(Value x) { return apply(op::softplus, {x}); }

}  // namespace weft
