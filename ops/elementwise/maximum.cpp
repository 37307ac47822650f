#include "ops/elementwise/extremum.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> apply_maximum(Graph& graph, const Shape& a, const Shape& b) {
  return {maximum(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b))};
}
std::vector<Value> maximum_case_same_shape(Graph& graph) { return apply_maximum(graph, {3, 5}, {3, 5}); }
std::vector<Value> maximum_case_broadcast_row(Graph& graph) { return apply_maximum(graph, {2, 3, 5}, {5}); }
std::vector<Value> maximum_case_broadcast_both(Graph& graph) { return apply_maximum(graph, {3, 1, 5}, {7, 1}); }
std::vector<Value> maximum_case_scalar(Graph& graph) { return apply_maximum(graph, {}, {3, 5}); }
std::vector<Value> maximum_case_equal(Graph& graph) {
  const Value a = graph.input("a", DType::f32, {3, 5});
  return {maximum(a, a)};
}
std::vector<Value> maximum_case_integers(Graph& graph) {
  const Value a = graph.constant(Tensor::of<std::int32_t>({2, 3}, {1, -2, 3, 4, 5, -6}));
  const Value b = graph.constant(Tensor::of<std::int32_t>({3}, {1, -3, 3}));
  return {graph.input("x", DType::f32, {3}) * cast(maximum(a, b), DType::f32)};
}

}  // namespace

const Op op::maximum = {
    .name = "maximum",
    .family = "elementwise",
    .summary = "y = the larger of a and b, broadcast; NaN when either is",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_number_binary,
    .gradient = gradient_of_extremum,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "same_shape", .build = maximum_case_same_shape},
              {.name = "broadcast_row", .build = maximum_case_broadcast_row},
              {.name = "broadcast_both", .build = maximum_case_broadcast_both},
              {.name = "scalar", .build = maximum_case_scalar},
              {.name = "equal", .build = maximum_case_equal},
              {.name = "integers", .build = maximum_case_integers}},
};

Value maximum(Value a, Value b) { return apply(op::maximum, {a, b}); }

}  // namespace weft
