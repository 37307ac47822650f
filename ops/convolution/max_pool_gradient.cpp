#include "ops/convolution/pool.h"
#include "ops/helpers.h"
#include "ops/op_list.h"

namespace weft {
namespace {

std::vector<TensorType> infer_max_pool_gradient(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& x = operands[0];
  const TensorType& cotangent = operands[1];
  require_float(x, "x");
  require_same_dtype(x, cotangent);
  const Shape y = pool_shape(x.shape, attributes);
  require(cotangent.shape == y, "the cotangent is {}: of x {} max_pool makes {}", cotangent, x, y);
  return {x};
}

std::vector<Value> gradient_of_max_pool_gradient(const GradientContext& context) {
  return {Value(), apply(op::max_pool, {context.operand(0), context.cotangent(0)}, context.attributes())};
}

double flops_of_max_pool_gradient(std::span<const TensorType> operands, std::span<const TensorType>,
                                  const Attributes& attributes) {
  return pool_flops(pool_form(operands[0].shape, attributes));
}

std::vector<Value> apply_max_pool_gradient(Graph& graph, const Shape& shape, const Integers& window,
                                           const PoolOptions& options) {
  const Value x = pool_case_constant(graph, shape);
  const Attributes attributes = pool_attributes_of(x, window, options);
  const Shape y = pool_shape(shape, attributes);
  const std::vector<Value> operands{x, graph.input("cotangent", DType::f32, y)};
  return {apply_all(op::max_pool_gradient, operands, attributes)[0]};
}
std::vector<Value> max_pool_gradient_case_line(Graph& graph) {
  return apply_max_pool_gradient(graph, {2, 3, 7}, 2, {});
}
std::vector<Value> max_pool_gradient_case_plane(Graph& graph) {
  return apply_max_pool_gradient(graph, {2, 3, 7, 5}, {3, 2}, {});
}
std::vector<Value> max_pool_gradient_case_overlap(Graph& graph) {
  return apply_max_pool_gradient(graph, {1, 2, 6, 5}, 3, {.strides = {2, 1}, .padding = {1, 0, 2, 1}});
}
std::vector<Value> max_pool_gradient_case_space(Graph& graph) {
  return apply_max_pool_gradient(graph, {1, 2, 3, 5, 4}, 2, {.strides = {1, 2, 2}, .padding = {0, 1, 0}});
}
std::vector<Value> max_pool_gradient_case_channels_last(Graph& graph) {
  return apply_max_pool_gradient(graph, {2, 6, 5, 3}, 3,
                                 {.strides = {2, 1}, .padding = {1, 0, 2, 1}, .channels_last = true});
}

}  // namespace

const Op op::max_pool_gradient = {
    .name = "max_pool_gradient",
    .family = "convolution",
    .summary =
        "the gradient of max_pool with respect to x: each element of the cotangent goes to the largest element of "
        "its window of x, the first of equals",
    .operands = {"x", "cotangent"},
    .results = {"y"},
    .attributes = {pool_attributes.begin(), pool_attributes.end()},
    .infer = infer_max_pool_gradient,
    .gradient = gradient_of_max_pool_gradient,
    .flops = flops_of_max_pool_gradient,
    .cases = {{.name = "line", .build = max_pool_gradient_case_line},
              {.name = "plane", .build = max_pool_gradient_case_plane},
              {.name = "overlap", .build = max_pool_gradient_case_overlap},
              {.name = "space", .build = max_pool_gradient_case_space},
              {.name = "channels_last", .build = max_pool_gradient_case_channels_last}},
};

}  // namespace weft
