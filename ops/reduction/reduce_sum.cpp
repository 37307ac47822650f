#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/reduction/reduction.h"

namespace weft {
namespace {

std::vector<Value> gradient_of_reduce_sum(const GradientContext& context) {
  return {spread(context.cotangent(0), context.operand(0).shape(), context.attributes())};
}

std::vector<Value> reduce_sum_case_all(Graph& graph) { return {reduce_sum(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> reduce_sum_case_last_axis(Graph& graph) {
  return {reduce_sum(graph.input("x", DType::f32, {3, 5}), {-1})};
}
std::vector<Value> reduce_sum_case_outer_axes(Graph& graph) {
  return {reduce_sum(graph.input("x", DType::f32, {2, 3, 5}), {2, 0})};
}
std::vector<Value> reduce_sum_case_keep_dims(Graph& graph) {
  return {reduce_sum(graph.input("x", DType::f32, {2, 3, 5}), {1}, true)};
}

}  // namespace

const Op op::reduce_sum = {
    .name = "reduce_sum",
    .family = "reduction",
    .summary = "the sum of x over some axes",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axes: the axes that are reduced, ascending", "keep_dims: whether they stay, with extent 1"},
    .infer = infer_number_reduction,
    .gradient = gradient_of_reduce_sum,
    .flops = one_flop_per_operand,
    .cases = {{.name = "all", .build = reduce_sum_case_all},
              {.name = "last_axis", .build = reduce_sum_case_last_axis},
              {.name = "outer_axes", .build = reduce_sum_case_outer_axes},
              {.name = "keep_dims", .build = reduce_sum_case_keep_dims}},
};

Value reduce_sum(Value x, const Integers& axes, bool keep_dims) {
  return apply(op::reduce_sum, {x}, reduction_attributes(x, axes, keep_dims));
}

}  // namespace weft
