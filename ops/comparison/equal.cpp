#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_equal(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 2);
  require_same_dtype(operands[0], operands[1]);
  return {{DType::boolean, broadcast_shapes(operands[0].shape, operands[1].shape)}};
}

std::vector<Value> equal_case_integers(Graph& graph) {
  const Value a = graph.constant(Tensor::of<std::int32_t>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const Value b = graph.constant(Tensor::of<std::int32_t>({3}, {1, 3, 3}));
  return {equal(a, b)};
}
std::vector<Value> equal_case_floats(Graph& graph) {
  const Value a = graph.input("a", DType::f32, {3, 5});
  // Half of the pairs are equal.
  const Value b = select(less(a, graph.constant(0.0)), a, graph.input("b", DType::f32, {3, 5}));
  return {equal(a, b)};
}

}  // namespace

const Op op::equal = {
    .name = "equal",
    .family = "comparison",
    .summary = "y = (a == b), broadcast, of any element type: bool",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_equal,
    .no_gradient = "equality is constant almost everywhere, and its result is bool",
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "integers", .build = equal_case_integers}, {.name = "floats", .build = equal_case_floats}},
};

Value equal(Value a, Value b) { return apply(op::equal, {a, b}); }

Value equal(Value a, double b) { return equal(a, constant_like(a, b)); }

}  // namespace weft
