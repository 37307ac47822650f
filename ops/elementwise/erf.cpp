#include <numbers>

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_erf(const GradientContext& context) {
  return {context.cotangent(0) * (2.0 * std::numbers::inv_sqrtpi * exp(-square(context.operand(0))))};
}

std::vector<Value> erf_case_matrix(Graph& graph) { return {erf(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> erf_case_scalar(Graph& graph) { return {erf(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::erf = {
    .name = "erf",
    .family = "elementwise",
    .summary = "y = 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_erf,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = erf_case_matrix}, {.name = "scalar", .build = erf_case_scalar}},
};

Value erf(Value x) { return apply(op::erf, {x}); }

}  // namespace weft
