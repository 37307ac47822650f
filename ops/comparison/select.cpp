#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_select(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 3);
  require(operands[0].dtype == DType::boolean, "the condition is {}: bool is needed", operands[0]);
  require_same_dtype(operands[1], operands[2]);
  const Shape choices = broadcast_shapes(operands[1].shape, operands[2].shape);
  return {{operands[1].dtype, broadcast_shapes(operands[0].shape, choices)}};
}

// Each side gets the cotangent where it was chosen, zeros elsewhere.
std::vector<Value> gradient_of_select(const GradientContext& context) {
  const Value dy = context.cotangent(0);
  const Value condition = context.operand(0);
  const Value zero = constant_like(dy, 0.0);
  return {Value(), context.needs(1) ? sum_to(select(condition, dy, zero), context.operand(1).shape()) : Value(),
          context.needs(2) ? sum_to(select(condition, zero, dy), context.operand(2).shape()) : Value()};
}

Value column_condition(Graph& graph) { return graph.constant(Tensor::of<std::uint8_t>({3, 1}, {1, 0, 1})); }
std::vector<Value> select_case_broadcast_condition(Graph& graph) {
  return {select(column_condition(graph), graph.input("a", DType::f32, {3, 5}), graph.input("b", DType::f32, {3, 5}))};
}
std::vector<Value> select_case_broadcast_all(Graph& graph) {
  return {select(column_condition(graph), graph.input("a", DType::f32, {2, 1, 5}), graph.input("b", DType::f32, {}))};
}
std::vector<Value> select_case_same_shape(Graph& graph) {
  const Value a = graph.input("a", DType::f32, {3, 5});
  const Value b = graph.input("b", DType::f32, {3, 5});
  return {select(less(a, b), a, b)};
}

}  // namespace

const Op op::select = {
    .name = "select",
    .family = "comparison",
    .summary = "y = condition ? a : b, broadcast",
    .operands = {"condition", "a", "b"},
    .results = {"y"},
    .infer = infer_select,
    .gradient = gradient_of_select,
    .flops = no_flops,
    .elementwise = true,
    .cases = {{.name = "same_shape", .build = select_case_same_shape},
              {.name = "broadcast_condition", .build = select_case_broadcast_condition},
              {.name = "broadcast_all", .build = select_case_broadcast_all}},
};

Value select(Value condition, Value a, Value b) { return apply(op::select, {condition, a, b}); }

}  // namespace weft
