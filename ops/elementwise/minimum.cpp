#include "ops/elementwise/extremum.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<Value> apply_minimum(Graph& graph, const Shape& a, const Shape& b) {
  return {minimum(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b))};
}
std::vector<Value> minimum_case_same_shape(Graph& graph) { return apply_minimum(graph, {3, 5}, {3, 5}); }
std::vector<Value> minimum_case_broadcast_row(Graph& graph) { return apply_minimum(graph, {2, 3, 5}, {5}); }
std::vector<Value> minimum_case_broadcast_both(Graph& graph) { return apply_minimum(graph, {3, 1, 5}, {7, 1}); }
std::vector<Value> minimum_case_scalar(Graph& graph) { return apply_minimum(graph, {}, {3, 5}); }
std::vector<Value> minimum_case_equal(Graph& graph) {
  const Value a = graph.input("a", DType::f32, {3, 5});
  return {minimum(a, a)};
}
std::vector<Value> minimum_case_integers(Graph& graph) {
  const Value a = graph.constant(Tensor::of<std::int32_t>({2, 3}, {1, -2, 3, 4, 5, -6}));
  const Value b = graph.constant(Tensor::of<std::int32_t>({3}, {1, -3, 3}));
  return {graph.input("x", DType::f32, {3}) * cast(minimum(a, b), DType::f32)};
}

}  // namespace

const Op op::minimum = {
    .name = "minimum",
    .family = "elementwise",
    .summary = "y = the smaller of a and b, broadcast; NaN when either is",
    .operands = {"a", "b"},
    .results = {"y"},
    .infer = infer_number_binary,
    .gradient = gradient_of_extremum,
    .flops = one_flop_per_result,
    .elementwise = true,
    .cases = {{.name = "same_shape", .build = minimum_case_same_shape},
              {.name = "broadcast_row", .build = minimum_case_broadcast_row},
              {.name = "broadcast_both", .build = minimum_case_broadcast_both},
              {.name = "scalar", .build = minimum_case_scalar},
              {.name = "equal", .build = minimum_case_equal},
              {.name = "integers", .build = minimum_case_integers}},
};

Value minimum(Value a, Value b) { return apply(op::minimum, {a, b}); }

}  // namespace weft
