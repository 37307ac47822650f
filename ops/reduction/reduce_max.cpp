#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/reduction/reduction.h"

namespace weft {
namespace {

// The elements that attain the maximum share its cotangent equally.
std::vector<Value> gradient_of_reduce_max(const GradientContext& context) {
  const Value x = context.operand(0);
  const Attributes& attributes = context.attributes();
  const Value attains = equal(x, spread(context.result(0), x.shape(), attributes));
  const Value zero = constant_like(x, 0.0);
  const Value ties = apply(op::reduce_sum, {select(attains, constant_like(x, 1.0), zero)}, attributes);
  return {select(attains, spread(context.cotangent(0) / ties, x.shape(), attributes), zero)};
}

std::vector<Value> reduce_max_case_all(Graph& graph) { return {reduce_max(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> reduce_max_case_last_axis(Graph& graph) {
  return {reduce_max(graph.input("x", DType::f32, {3, 5}), {-1})};
}
std::vector<Value> reduce_max_case_outer_axes(Graph& graph) {
  return {reduce_max(graph.input("x", DType::f32, {2, 3, 5}), {2, 0})};
}
std::vector<Value> reduce_max_case_keep_dims(Graph& graph) {
  return {reduce_max(graph.input("x", DType::f32, {2, 3, 5}), {1}, true)};
}
std::vector<Value> reduce_max_case_integers(Graph& graph) {
  const Value x = graph.constant(Tensor::of<std::int32_t>({2, 3}, {-3, -1, -2, 7, 9, 8}));
  return {graph.input("x", DType::f32, {2}) * cast(reduce_max(x, {1}), DType::f32)};
}

}  // namespace

const Op op::reduce_max = {
    .name = "reduce_max",
    .family = "reduction",
    .summary = "the largest element of x over some axes; NaN when one of them is NaN",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axes: the axes that are reduced, ascending", "keep_dims: whether they stay, with extent 1"},
    .infer = infer_number_reduction,
    .gradient = gradient_of_reduce_max,
    .flops = one_flop_per_operand,
    .cases = {{.name = "all", .build = reduce_max_case_all},
              {.name = "last_axis", .build = reduce_max_case_last_axis},
              {.name = "outer_axes", .build = reduce_max_case_outer_axes},
              {.name = "keep_dims", .build = reduce_max_case_keep_dims},
              {.name = "integers", .build = reduce_max_case_integers}},
};

Value reduce_max(Value x, const Integers& axes, bool keep_dims) {
  return apply(op::reduce_max, {x}, reduction_attributes(x, axes, keep_dims));
}

}  // namespace weft
