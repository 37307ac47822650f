#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_cos(const GradientContext& context) {
  return {-(context.cotangent(0) * sin(context.operand(0)))};
}

std::vector<Value> cos_case_matrix(Graph& graph) { return {cos(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> cos_case_scalar(Graph& graph) { return {cos(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::cos = {
    .name = "cos",
    .family = "elementwise",
    .summary = "y = cos(x), x in radians",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_cos,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = cos_case_matrix}, {.name = "scalar", .build = cos_case_scalar}},
};

Value cos(Value x) { return apply(op::cos, {x}); }

}  // namespace weft
