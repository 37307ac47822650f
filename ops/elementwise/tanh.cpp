#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient(const GradientContext& context) {
  const Value y = context.result(0);
  return {context.cotangent(0) * (1.0 - y * y)};
}

std::vector<Value> case_matrix(Graph& graph) { return {tanh(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> case_scalar(Graph& graph) { return {tanh(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::tanh = {
    .name = "tanh",
    .family = "elementwise",
    .summary = "y = tanh(x)",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = case_matrix}, {.name = "scalar", .build = case_scalar}},
};

Value tanh(Value x) { return apply(op::tanh, {x}); }

}  // namespace weft
