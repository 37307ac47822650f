#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_log1p(const GradientContext& context) {
  return {context.cotangent(0) / (context.operand(0) + 1.0)};
}

std::vector<Value> log1p_case_matrix(Graph& graph) { return {log1p(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> log1p_case_scalar(Graph& graph) { return {log1p(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::log1p = {
    .name = "log1p",
    .family = "elementwise",
    .summary = "y = ln(1 + x), for x > -1",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_log1p,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = log1p_case_matrix, .low = -0.7, .high = 3.0},
              {.name = "scalar", .build = log1p_case_scalar, .low = -0.7, .high = 3.0}},
};

Value log1p(Value x) { return apply(op::log1p, {x}); }

}  // namespace weft
