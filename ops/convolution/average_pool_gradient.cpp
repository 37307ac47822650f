#include "ops/convolution/pool.h"
#include "ops/helpers.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// The shape of average_pool's x: its spatial extents are an attribute, since strides round.
Shape input_of_average_pool_gradient(const TensorType& cotangent, const Attributes& attributes) {
  require(cotangent.shape.rank() >= 2, "an image for each of a batch is needed: cotangent {}", cotangent);
  return image_shape(cotangent.shape[0], cotangent.shape[channel_axis(attributes)],
                     extents_attribute(attributes, "spatial"), attributes);
}

std::vector<TensorType> infer_average_pool_gradient(std::span<const TensorType> operands,
                                                    const Attributes& attributes) {
  require_operand_count(operands, 1);
  const TensorType& cotangent = operands[0];
  require_float(cotangent, "cotangent");
  attributes.get<bool>("count_padding");
  const Shape x = input_of_average_pool_gradient(cotangent, attributes);
  const Shape y = pool_shape(x, attributes);
  require(cotangent.shape == y, "the cotangent is {}: of x {} average_pool makes {}", cotangent, x, y);
  return {{cotangent.dtype, x}};
}

std::vector<Value> gradient_of_average_pool_gradient(const GradientContext& context) {
  const Attributes& all = context.attributes();
  Attributes attributes{{"count_padding", all.get<bool>("count_padding")}};
  for (const char* name : {"window", "strides", "padding"})
    attributes.set(name, all.get<std::vector<std::int64_t>>(name));
  if (is_channels_last(all)) attributes.set("channels_last", true);
  return {apply(op::average_pool, {context.cotangent(0)}, std::move(attributes))};
}

double flops_of_average_pool_gradient(std::span<const TensorType>, std::span<const TensorType> results,
                                      const Attributes& attributes) {
  return pool_flops(pool_form(results[0].shape, attributes));
}

std::vector<Value> apply_average_pool_gradient(Graph& graph, const Shape& cotangent, const Integers& spatial,
                                               const Integers& window, const PoolOptions& options, bool count_padding) {
  const Value input = graph.input("cotangent", DType::f32, cotangent);
  Attributes attributes = pool_attributes_of(input, window, options);
  attributes.set("count_padding", count_padding);
  attributes.set("spatial", each_axis(input, spatial));
  return {apply(op::average_pool_gradient, {input}, std::move(attributes))};
}
std::vector<Value> average_pool_gradient_case_line(Graph& graph) {
  return apply_average_pool_gradient(graph, {2, 3, 3}, 7, 2, {}, true);
}
std::vector<Value> average_pool_gradient_case_plane(Graph& graph) {
  return apply_average_pool_gradient(graph, {2, 3, 2, 2}, {7, 5}, {3, 2}, {}, true);
}
std::vector<Value> average_pool_gradient_case_overlap(Graph& graph) {
  return apply_average_pool_gradient(graph, {1, 2, 3, 6}, {6, 5}, 3, {.strides = {2, 1}, .padding = {1, 0, 2, 1}},
                                     true);
}
std::vector<Value> average_pool_gradient_case_without_padding(Graph& graph) {
  return apply_average_pool_gradient(graph, {1, 2, 3, 6}, {6, 5}, 3, {.strides = {2, 1}, .padding = {1, 0, 2, 1}},
                                     false);
}
std::vector<Value> average_pool_gradient_case_space(Graph& graph) {
  return apply_average_pool_gradient(graph, {1, 2, 2, 3, 2}, {3, 5, 4}, 2, {.strides = {1, 2, 2}, .padding = {0, 1, 0}},
                                     false);
}
std::vector<Value> average_pool_gradient_case_channels_last(Graph& graph) {
  return apply_average_pool_gradient(graph, {2, 3, 6, 3}, {6, 5}, 3,
                                     {.strides = {2, 1}, .padding = {1, 0, 2, 1}, .channels_last = true}, false);
}

}  // namespace

const Op op::average_pool_gradient = {
    .name = "average_pool_gradient",
    .family = "convolution",
    .summary = "the gradient of average_pool: each element of the cotangent is spread evenly over its window of x",
    .operands = {"cotangent"},
    .results = {"x"},
    .attributes = {pool_attributes[0], pool_attributes[1], pool_attributes[2], pool_attributes[3],
                   "count_padding: whether the padding has a part of it", "spatial: the spatial extents of x"},
    .infer = infer_average_pool_gradient,
    .gradient = gradient_of_average_pool_gradient,
    .flops = flops_of_average_pool_gradient,
    .cases = {{.name = "line", .build = average_pool_gradient_case_line},
              {.name = "plane", .build = average_pool_gradient_case_plane},
              {.name = "overlap", .build = average_pool_gradient_case_overlap},
              {.name = "without_padding", .build = average_pool_gradient_case_without_padding},
              {.name = "space", .build = average_pool_gradient_case_space},
              {.name = "channels_last", .build = average_pool_gradient_case_channels_last}},
};

}  // namespace weft
