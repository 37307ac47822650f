#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_exp(const GradientContext& context) {
  return {context.cotangent(0) * context.result(0)};
}

std::vector<Value> exp_case_matrix(Graph& graph) { return {exp(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> exp_case_scalar(Graph& graph) { return {exp(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::exp = {
    .name = "exp",
    .family = "elementwise",
    .summary = "y = e^x",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_exp,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = exp_case_matrix}, {.name = "scalar", .build = exp_case_scalar}},
};

Value exp(Value x) { return apply(op::exp, {x}); }

}  // namespace weft
