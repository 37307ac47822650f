#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_mul(const GradientContext& context) {
  const Value dy = context.cotangent(0);
  const Value a = context.operand(0);
  const Value b = context.operand(1);
  return {context.needs(0) ? sum_to(dy * b, a.shape()) : Value(),
          context.needs(1) ? sum_to(dy * a, b.shape()) : Value()};
}

std::vector<Value> apply_mul(Graph& graph, const Shape& a, const Shape& b) {
  return {mul(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b))};
}
std::vector<Value> mul_case_same_shape(Graph& graph) { return apply_mul(graph, {3, 5}, {3, 5}); }
std::vector<Value> mul_case_broadcast_row(Graph& graph) { return apply_mul(graph, {2, 3, 5}, {5}); }
std::vector<Value> mul_case_broadcast_both(Graph& graph) { return apply_mul(graph, {3, 1, 5}, {7, 1}); }
std::vector<Value> mul_case_scalar(Graph& graph) { return apply_mul(graph, {}, {3, 5}); }

}  // namespace

const Op op::mul = {
    .name = "mul",
    .family = "elementwise",
    .summary = "y = a * b, broadcast",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_number_binary,
    .gradient = gradient_of_mul,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "same_shape", .build = mul_case_same_shape},
              {.name = "broadcast_row", .build = mul_case_broadcast_row},
              {.name = "broadcast_both", .build = mul_case_broadcast_both},
              {.name = "scalar", .build = mul_case_scalar}},
};

Value mul(Value a, Value b) { return apply(op::mul, {a, b}); }

Value operator*(Value a, double b) { return mul(a, constant_like(a, b)); }

Value operator*(double a, Value b) { return mul(constant_like(b, a), b); }

}  // namespace weft
