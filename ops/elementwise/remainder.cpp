#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

// d y / d b = -floor(a / b)
std::vector<Value> gradient_of_remainder(const GradientContext& context) {
  const Value dy = context.cotangent(0);
  const Value a = context.operand(0);
  const Value b = context.operand(1);
  return {context.needs(0) ? sum_to(dy, a.shape()) : Value(),
          context.needs(1) ? sum_to(-(dy * floor(a / b)), b.shape()) : Value()};
}

std::vector<Value> apply_remainder(Graph& graph, const Shape& a, const Shape& b) {
  return {remainder(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b))};
}
std::vector<Value> remainder_case_same_shape(Graph& graph) { return apply_remainder(graph, {3, 5}, {3, 5}); }
std::vector<Value> remainder_case_broadcast_row(Graph& graph) { return apply_remainder(graph, {2, 3, 5}, {5}); }
std::vector<Value> remainder_case_broadcast_both(Graph& graph) { return apply_remainder(graph, {3, 1, 5}, {7, 1}); }
std::vector<Value> remainder_case_scalar(Graph& graph) { return apply_remainder(graph, {}, {3, 5}); }
std::vector<Value> remainder_case_signs(Graph& graph) {
  const Value signs = graph.constant(Tensor::of<float>({4, 1}, {1, 1, -1, -1}));
  const Value others = graph.constant(Tensor::of<float>({4, 1}, {1, -1, 1, -1}));
  return {remainder(signs * graph.input("a", DType::f32, {3}), others * graph.input("b", DType::f32, {3}))};
}

}  // namespace

const Op op::remainder = {
    .name = "remainder",
    .family = "elementwise",
    .summary = "y = a - b floor(a / b), broadcast: of the sign of b, as Python has it; NaN when b is 0",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_float_binary,
    .gradient = gradient_of_remainder,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "same_shape", .build = remainder_case_same_shape, .low = 0.5, .high = 3.0},
              {.name = "broadcast_row", .build = remainder_case_broadcast_row, .low = 0.5, .high = 3.0},
              {.name = "broadcast_both", .build = remainder_case_broadcast_both, .low = 0.5, .high = 3.0},
              {.name = "scalar", .build = remainder_case_scalar, .low = 0.5, .high = 3.0},
              {.name = "signs", .build = remainder_case_signs, .low = 0.5, .high = 3.0}},
};

Value remainder(Value a, Value b) { return apply(op::remainder, {a, b}); }

}  // namespace weft
