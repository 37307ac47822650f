#include "ops/convolution/pool.h"
#include "ops/helpers.h"
#include "ops/op_list.h"

namespace weft {
namespace {

std::vector<TensorType> infer_average_pool(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  const TensorType& x = operands[0];
  require_float(x, "x");
  attributes.get<bool>("count_padding");
  return {{x.dtype, pool_shape(x.shape, attributes)}};
}

std::vector<Value> gradient_of_average_pool(const GradientContext& context) {
  Attributes attributes = context.attributes();
  attributes.set("spatial", spatial_extents(context.operand(0).shape(), attributes));
  return {apply(op::average_pool_gradient, {context.cotangent(0)}, std::move(attributes))};
}

double flops_of_average_pool(std::span<const TensorType> operands, std::span<const TensorType>,
                             const Attributes& attributes) {
  return pool_flops(pool_form(operands[0].shape, attributes));
}

std::vector<Value> average_pool_case_line(Graph& graph) {
  return {average_pool(graph.input("x", DType::f32, {2, 3, 7}), 2)};
}
std::vector<Value> average_pool_case_plane(Graph& graph) {
  return {average_pool(graph.input("x", DType::f32, {2, 3, 7, 5}), {3, 2})};
}
std::vector<Value> average_pool_case_overlap(Graph& graph) {
  return {average_pool(graph.input("x", DType::f32, {1, 2, 6, 5}), 3, {.strides = {2, 1}, .padding = {1, 0, 2, 1}})};
}
std::vector<Value> average_pool_case_without_padding(Graph& graph) {
  return {
      average_pool(graph.input("x", DType::f32, {1, 2, 6, 5}), 3, {.strides = {2, 1}, .padding = {1, 0, 2, 1}}, false)};
}
std::vector<Value> average_pool_case_space(Graph& graph) {
  return {average_pool(graph.input("x", DType::f32, {1, 2, 3, 5, 4}), 2, {.strides = {1, 2, 2}, .padding = {0, 1, 0}},
                       false)};
}
std::vector<Value> average_pool_case_channels_last(Graph& graph) {
  return {average_pool(graph.input("x", DType::f32, {2, 6, 5, 3}), 3,
                       {.strides = {2, 1}, .padding = {1, 0, 2, 1}, .channels_last = true}, false)};
}

}  // namespace

const Op op::average_pool = {
    .name = "average_pool",
    .family = "convolution",
    .summary = "the mean of each window of x, the padding counted as zeros or not",
    .operands = {"x"},
    .results = {"y"},
    .attributes =
        {pool_attributes[0], pool_attributes[1], pool_attributes[2], pool_attributes[3],
         "count_padding: whether a sum is divided by the extent of the window, else by its elements within x"},
    .infer = infer_average_pool,
    .gradient = gradient_of_average_pool,
    .flops = flops_of_average_pool,
    .cases = {{.name = "line", .build = average_pool_case_line},
              {.name = "plane", .build = average_pool_case_plane},
              {.name = "overlap", .build = average_pool_case_overlap},
              {.name = "without_padding", .build = average_pool_case_without_padding},
              {.name = "space", .build = average_pool_case_space},
              {.name = "channels_last", .build = average_pool_case_channels_last}},
};

Value average_pool(Value x, const Integers& window, const PoolOptions& options, bool count_padding) {
  Attributes attributes = pool_attributes_of(x, window, options);
  attributes.set("count_padding", count_padding);
  return apply(op::average_pool, {x}, std::move(attributes));
}

}  // namespace weft
