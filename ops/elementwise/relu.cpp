#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

// dx = y > 0 ? dy : 0: of y, so that x need not be kept
std::vector<Value> gradient_of_relu(const GradientContext& context) {
  const Value zero = context.graph().constant(0.0, context.operand(0).dtype());
  return {select(less(zero, context.result(0)), context.cotangent(0), zero)};
}

std::vector<Value> relu_case_matrix(Graph& graph) { return {relu(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> relu_case_scalar(Graph& graph) { return {relu(graph.input("x", DType::f32, {}))}; }

}  // namespace

const Op op::relu = {
    .name = "relu",
    .family = "elementwise",
    .summary = "y = max(x, 0)",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_float_unary,
    .gradient = gradient_of_relu,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = relu_case_matrix}, {.name = "scalar", .build = relu_case_scalar, .low = 0.3}},
};

Value relu(Value x) { return apply(op::relu, {x}); }

}  // namespace weft
