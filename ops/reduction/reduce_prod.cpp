#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/reduction/reduction.h"

namespace weft {
namespace {

// The product of the others: of those that are not 0, divided by the element; 0 where one of the others is 0.
std::vector<Value> gradient_of_reduce_prod(const GradientContext& context) {
  const Value x = context.operand(0);
  const Attributes& attributes = context.attributes();
  const Value zero = constant_like(x, 0.0);
  const Value one = constant_like(x, 1.0);
  const Value is_zero = equal(x, zero);
  const Value zeros = select(is_zero, one, zero);
  const Value all_zeros = spread(apply(op::reduce_sum, {zeros}, attributes), x.shape(), attributes);
  const Value nonzero = select(is_zero, one, x);
  const Value product = apply(op::reduce_prod, {nonzero}, attributes);
  const Value share = spread(context.cotangent(0) * product, x.shape(), attributes) / nonzero;
  return {select(equal(all_zeros, zeros), share, zero)};
}

std::vector<Value> reduce_prod_case_all(Graph& graph) { return {reduce_prod(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> reduce_prod_case_last_axis(Graph& graph) {
  return {reduce_prod(graph.input("x", DType::f32, {3, 5}), {-1})};
}
std::vector<Value> reduce_prod_case_outer_axes(Graph& graph) {
  return {reduce_prod(graph.input("x", DType::f32, {2, 3, 5}), {2, 0})};
}
std::vector<Value> reduce_prod_case_keep_dims(Graph& graph) {
  return {reduce_prod(graph.input("x", DType::f32, {2, 3, 5}), {1}, true)};
}
std::vector<Value> reduce_prod_case_integers(Graph& graph) {
  const Value x = graph.constant(Tensor::of<std::int32_t>({2, 3}, {3, -1, -2, 7, 0, 8}));
  return {graph.input("x", DType::f32, {2}) * cast(reduce_prod(x, {1}), DType::f32)};
}

}  // namespace

const Op op::reduce_prod = {
    .name = "reduce_prod",
    .family = "reduction",
    .summary = "the product of x over some axes",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axes: the axes that are reduced, ascending", "keep_dims: whether they stay, with extent 1"},
    .infer = infer_number_reduction,
    .gradient = gradient_of_reduce_prod,
    .flops = one_flop_per_operand,
    .cases = {{.name = "all", .build = reduce_prod_case_all, .low = 0.5, .high = 1.5},
              {.name = "last_axis", .build = reduce_prod_case_last_axis},
              {.name = "outer_axes", .build = reduce_prod_case_outer_axes, .low = 0.5, .high = 1.5},
              {.name = "keep_dims", .build = reduce_prod_case_keep_dims},
              {.name = "integers", .build = reduce_prod_case_integers}},
};

Value reduce_prod(Value x, const Integers& axes, bool keep_dims) {
  return apply(op::reduce_prod, {x}, reduction_attributes(x, axes, keep_dims));
}

}  // namespace weft
