#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_neg(const GradientContext& context) { return {neg(context.cotangent(0))}; }

std::vector<Value> neg_case_matrix(Graph& graph) { return {neg(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> neg_case_scalar(Graph& graph) { return {neg(graph.input("x", DType::f32, {}))}; }
std::vector<Value> neg_case_integers(Graph& graph) {
  const Value x = graph.constant(Tensor::of<std::int32_t>({3}, {3, 0, -7}));
  return {graph.input("x", DType::f32, {3}) * cast(neg(x), DType::f32)};
}

}  // namespace

const Op op::neg = {
    .name = "neg",
    .family = "elementwise",
    .summary = "y = -x",
    .operands = {"x"},
    .results = {"y"},
    .infer = infer_number_unary,
    .gradient = gradient_of_neg,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "matrix", .build = neg_case_matrix},
              {.name = "scalar", .build = neg_case_scalar},
              {.name = "integers", .build = neg_case_integers}},
};

Value neg(Value x) { return apply(op::neg, {x}); }

}  // namespace weft
