#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_abs(const GradientContext& context) {
  return {context.cotangent(0) * sign(context.operand(0))};
}

std::vector<Value> abs_case_matrix(Graph& graph) { return {abs(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> abs_case_scalar(Graph& graph) { return {abs(graph.input("x", DType::f32, {}))}; }
std::vector<Value> abs_case_integers(Graph& graph) {
  const Value x = graph.constant(Tensor::of<std::int32_t>({3}, {3, 0, -7}));
  return {graph.input("x", DType::f32, {3}) * cast(abs(x), DType::f32)};
}

}  // namespace

const Op op::abs = {
    .name = "abs",
    .family = "elementwise",
    .summary = "y = |x|",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_number_unary,
    .gradient = gradient_of_abs,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = abs_case_matrix},
              {.name = "scalar", .build = abs_case_scalar},
              {.name = "integers", .build = abs_case_integers}},
};

Value abs(Value x) { return apply(op::abs, {x}); }

}  // namespace weft
