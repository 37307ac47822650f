#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_tanh(const GradientContext& context) {
  const Value y = context.result(0);
  return {context.cotangent(0) * (1.0 - y * y)};
}

std::vector<Value> tanh_case_matrix(Graph& graph) { return {tanh(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> tanh_case_scalar(Graph& graph) { return {tanh(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::tanh = {
    .name = "tanh",
    .family = "elementwise",
    .summary = "y = tanh(x)",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_tanh,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = tanh_case_matrix}, {.name = "scalar", .build = tanh_case_scalar}},
};

Value tanh(Value x) { return apply(op::tanh, {x}); }

}  // namespace weft
