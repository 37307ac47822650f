#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

// It is constant almost everywhere: its derivative is 0.
std::vector<Value> gradient_of_sign(const GradientContext&) { return {Value()}; }

// Times x, so that there is a gradient to be checked.
std::vector<Value> sign_times_x(Value x) { return {x * sign(x)}; }
std::vector<Value> sign_case_matrix(Graph& graph) { return sign_times_x(graph.input("x", DType::f32, {3, 5})); }
std::vector<Value> sign_case_scalar(Graph& graph) { return sign_times_x(graph.input("x", DType::f32, {})); }
std::vector<Value> sign_case_integers(Graph& graph) {
  const Value x = graph.constant(Tensor::of<std::int32_t>({3}, {3, 0, -7}));
  return {graph.input("x", DType::f32, {3}) * cast(sign(x), DType::f32)};
}

}  // namespace

const Op op::sign = {
    .name = "sign",
    .family = "elementwise",
    .summary = "y = -1, 0 or 1, as x is below, at or above 0; NaN of NaN",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_number_unary,
    .gradient = gradient_of_sign,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = sign_case_matrix},
              {.name = "scalar", .build = sign_case_scalar},
              {.name = "integers", .build = sign_case_integers}},
};

Value sign(Value x) { return apply(op::sign, {x}); }

}  // namespace weft
