#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/reduction/reduction.h"

namespace weft {
namespace {

// The sum times one over the number of elements.
std::vector<Value> decompose_reduce_mean(std::span<const Value> operands, const Attributes& attributes) {
  const Value x = operands[0];
  const Value sum = apply(op::reduce_sum, {x}, attributes);
  return {sum * (static_cast<double>(sum.shape().volume()) / static_cast<double>(x.shape().volume()))};
}

std::vector<Value> reduce_mean_case_all(Graph& graph) { return {reduce_mean(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> reduce_mean_case_last_axis(Graph& graph) {
  return {reduce_mean(graph.input("x", DType::f32, {3, 5}), {-1})};
}
std::vector<Value> reduce_mean_case_outer_axes(Graph& graph) {
  return {reduce_mean(graph.input("x", DType::f32, {2, 3, 5}), {2, 0})};
}
std::vector<Value> reduce_mean_case_keep_dims(Graph& graph) {
  return {reduce_mean(graph.input("x", DType::f32, {2, 3, 5}), {1}, true)};
}

}  // namespace

const Op op::reduce_mean = {
    .name = "reduce_mean",
    .family = "reduction",
    .summary = "the mean of x over some axes",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axes: the axes that are reduced, ascending", "keep_dims: whether they stay, with extent 1"},
    .infer = infer_float_reduction,
    .decompose = decompose_reduce_mean,
    .flops = one_flop_per_operand,
    .cases = {{.name = "all", .build = reduce_mean_case_all},
              {.name = "last_axis", .build = reduce_mean_case_last_axis},
              {.name = "outer_axes", .build = reduce_mean_case_outer_axes},
              {.name = "keep_dims", .build = reduce_mean_case_keep_dims}},
};

Value reduce_mean(Value x, const Integers& axes, bool keep_dims) {
  return apply(op::reduce_mean, {x}, reduction_attributes(x, axes, keep_dims));
}

}  // namespace weft
