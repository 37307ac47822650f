#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_div(const GradientContext& context) {
  const Value dy = context.cotangent(0);
  const Value b = context.operand(1);
  return {context.needs(0) ? sum_to(dy / b, context.operand(0).shape()) : Value(),
          context.needs(1) ? sum_to(-(dy * context.result(0) / b), b.shape()) : Value()};
}

std::vector<Value> apply_div(Graph& graph, const Shape& a, const Shape& b) {
  return {div(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b))};
}
std::vector<Value> div_case_same_shape(Graph& graph) { return apply_div(graph, {3, 5}, {3, 5}); }
std::vector<Value> div_case_broadcast_row(Graph& graph) { return apply_div(graph, {2, 3, 5}, {5}); }
std::vector<Value> div_case_broadcast_both(Graph& graph) { return apply_div(graph, {3, 1, 5}, {7, 1}); }
std::vector<Value> div_case_scalar(Graph& graph) { return apply_div(graph, {}, {3, 5}); }

}  // namespace

const Op op::div = {
    .name = "div",
    .family = "elementwise",
    .summary = "y = a / b, broadcast",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_float_binary,
    .gradient = gradient_of_div,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "same_shape", .build = div_case_same_shape, .low = 0.5, .high = 3.0},
              {.name = "broadcast_row", .build = div_case_broadcast_row, .low = 0.5, .high = 3.0},
              {.name = "broadcast_both", .build = div_case_broadcast_both, .low = 0.5, .high = 3.0},
              {.name = "scalar", .build = div_case_scalar, .low = 0.5, .high = 3.0}},
};

Value div(Value a, Value b) { return apply(op::div, {a, b}); }

Value operator/(Value a, double b) { return div(a, constant_like(a, b)); }

Value operator/(double a, Value b) { return div(constant_like(b, a), b); }

}  // namespace weft
