#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_sqrt(const GradientContext& context) {
  return {context.cotangent(0) / (context.result(0) * 2.0)};
}

std::vector<Value> sqrt_case_matrix(Graph& graph) { return {sqrt(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> sqrt_case_scalar(Graph& graph) { return {sqrt(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::sqrt = {
    .name = "sqrt",
    .family = "elementwise",
    .summary = "y = the square root of x, for x >= 0",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_sqrt,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = sqrt_case_matrix, .low = 0.3, .high = 4.0},
              {.name = "scalar", .build = sqrt_case_scalar, .low = 0.3, .high = 4.0}},
};

Value sqrt(Value x) { return apply(op::sqrt, {x}); }

}  // namespace weft
