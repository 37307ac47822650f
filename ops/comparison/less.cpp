#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_less(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 2);
  require_same_dtype(operands[0], operands[1]);
  require_number(operands[0], "a");
  return {{DType::boolean, broadcast_shapes(operands[0].shape, operands[1].shape)}};
}

std::vector<Value> less_case_integers(Graph& graph) {
  const Value a = graph.constant(Tensor::of<std::int32_t>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Value b = graph.constant(Tensor::of<std::int32_t>({3}, {1, 3, 3}));
  return {less(a, b)};
}
std::vector<Value> less_case_floats(Graph& graph) {
  const Value a = graph.input("a", DType::f32, {3, 5});
  // Half of the pairs are equal.
  const Value b = select(less(a, graph.constant(0.0)), a, graph.input("b", DType::f32, {3, 5}));
  return {less(a, b)};
}

}  // namespace

const Op op::less = {
    .name = "less",
    .family = "comparison",
    .summary = "y = (a < b), broadcast: bool",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_less,
    .no_gradient = "a comparison is constant almost everywhere, and its result is bool",
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "integers", .build = less_case_integers}, {.name = "floats", .build = less_case_floats}},
};

Value less(Value a, Value b) { return apply(op::less, {a, b}); }

Value less(Value a, double b) { return less(a, constant_like(a, b)); }

}  // namespace weft
