#include <limits>

#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/reduction/reduction.h"

namespace weft {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// x where it is a finite number, else 0: what may be subtracted without making NaN of infinities.
Value finite_or_zero(Value x) { return select(less(abs(x), constant_like(x, infinity)), x, constant_like(x, 0.0)); }

// The largest is subtracted first, so that no exponential overflows.
std::vector<Value> decompose_logsumexp(std::span<const Value> operands, const Attributes& attributes) {
  const Value x = operands[0];
  const Value max = finite_or_zero(apply(op::reduce_max, {x}, attributes));
  const Value exponentials = exp(x - spread(max, x.shape(), attributes));
  return {log(apply(op::reduce_sum, {exponentials}, attributes)) + max};
}

// dx = dy softmax(x), where softmax(x) = e^(x - y); 0 where all are -inf.
std::vector<Value> gradient_of_logsumexp(const GradientContext& context) {
  const Value x = context.operand(0);
  const Attributes& attributes = context.attributes();
  const Value probabilities = exp(x - spread(finite_or_zero(context.result(0)), x.shape(), attributes));
  return {spread(context.cotangent(0), x.shape(), attributes) * probabilities};
}

// An element: the maximum, the difference, the exponential, the sum.
double flops_of_logsumexp(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return 4.0 * static_cast<double>(operands[0].shape.volume());
}

std::vector<Value> logsumexp_case_all(Graph& graph) { return {logsumexp(graph.input("x", DType::f32, {3, 5}))}; }
std::vector<Value> logsumexp_case_last_axis(Graph& graph) {
  return {logsumexp(graph.input("x", DType::f32, {3, 5}), {-1})};
}
std::vector<Value> logsumexp_case_outer_axes(Graph& graph) {
  return {logsumexp(graph.input("x", DType::f32, {2, 3, 5}), {2, 0})};
}
std::vector<Value> logsumexp_case_keep_dims(Graph& graph) {
  return {logsumexp(graph.input("x", DType::f32, {2, 3, 5}), {1}, true)};
}

}  // namespace

const Op op::logsumexp = {
    .name = "logsumexp",
    .family = "reduction",
    .summary = "y = ln(sum of e^x over some axes)",
    .operands = {"x"},
    .results = {"y"},
    .attributes = {"axes: the axes that are reduced, ascending", "keep_dims: whether they stay, with extent 1"},
    .infer = infer_float_reduction,
    .gradient = gradient_of_logsumexp,
    .decompose = decompose_logsumexp,
    .flops = flops_of_logsumexp,
    .cases = {{.name = "all", .build = logsumexp_case_all},
              {.name = "last_axis", .build = logsumexp_case_last_axis},
              {.name = "outer_axes", .build = logsumexp_case_outer_axes},
              {.name = "keep_dims", .build = logsumexp_case_keep_dims}},
};

Value logsumexp(Value x, const Integers& axes, bool keep_dims) {
  return apply(op::logsumexp, {x}, reduction_attributes(x, axes, keep_dims));
}

}  // namespace weft
