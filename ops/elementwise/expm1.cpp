#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_expm1(const GradientContext& context) {
  return {context.cotangent(0) * exp(context.operand(0))};
}

std::vector<Value> expm1_case_matrix(Graph& graph) { return {expm1(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> expm1_case_scalar(Graph& graph) { return {expm1(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::expm1 = {
    .name = "expm1",
    .family = "elementwise",
    .summary = "y = e^x - 1",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_expm1,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = expm1_case_matrix}, {.name = "scalar", .build = expm1_case_scalar}},
};

Value expm1(Value x) { return apply(op::expm1, {x}); }

}  // namespace weft
