#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_add(const GradientContext& context) {
  const Value dy = context.cotangent(0);
  return {context.needs(0) ? sum_to(dy, context.operand(0).shape()) : Value(),
          context.needs(1) ? sum_to(dy, context.operand(1).shape()) : Value()};
}

std::vector<Value> apply_add(Graph& graph, const Shape& a, const Shape& b) {
  return {add(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b))};
}
std::vector<Value> add_case_same_shape(Graph& graph) { return apply_add(graph, {3, 5}, {3, 5}); }
std::vector<Value> add_case_broadcast_row(Graph& graph) { return apply_add(graph, {2, 3, 5}, {5}); }
std::vector<Value> add_case_broadcast_both(Graph& graph) { return apply_add(graph, {3, 1, 5}, {7, 1}); }
std::vector<Value> add_case_scalar(Graph& graph) { return apply_add(graph, {}, {3, 5}); }

}  // namespace

const Op op::add = {
    .name = "add",
    .family = "elementwise",
    .summary = "y = a + b, broadcast",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_number_binary,
    .gradient = gradient_of_add,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "same_shape", .build = add_case_same_shape},
              {.name = "broadcast_row", .build = add_case_broadcast_row},
              {.name = "broadcast_both", .build = add_case_broadcast_both},
              {.name = "scalar", .build = add_case_scalar}},
};

Value add(Value a, Value b) { return apply(op::add, {a, b}); }

Value operator+(Value a, double b) { return add(a, constant_like(a, b)); }

Value operator+(double a, Value b) { return add(constant_like(b, a), b); }

}  // namespace weft
