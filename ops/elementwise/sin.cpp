#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_sin(const GradientContext& context) {
  return {context.cotangent(0) * cos(context.operand(0))};
}

std::vector<Value> sin_case_matrix(Graph& graph) { return {sin(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> sin_case_scalar(Graph& graph) { return {sin(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::sin = {
    .name = "sin",
    .family = "elementwise",
    .summary = "y = sin(x), x in radians",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_sin,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = sin_case_matrix}, {.name = "scalar", .build = sin_case_scalar}},
};

Value sin(Value x) { return apply(op::sin, {x}); }

}  // namespace weft
