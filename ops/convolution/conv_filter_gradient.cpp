#include "ops/convolution/conv.h"
#include "ops/helpers.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// The shape of conv's filter: its window is an attribute, since strides round.
Shape filter_shape(std::span<const TensorType> operands, const Attributes& attributes) {
  const Shape& x = operands[0].shape;
  const Shape& cotangent = operands[1].shape;
  require(x.rank() >= 2 && cotangent.rank() >= 2, "both must have an image for each of a batch: x {}, cotangent {}",
          operands[0], operands[1]);
  const std::int64_t channels = x[channel_axis(attributes)];
  const std::int64_t groups = attributes.get<std::int64_t>("groups");
  require(groups >= 1 && channels % groups == 0, "the channels of x {} do not fall into {} groups", operands[0],
          groups);
  std::vector<std::int64_t> extents{cotangent[channel_axis(attributes)], channels / groups};
  for (const std::int64_t extent : extents_attribute(attributes, "window")) extents.push_back(extent);
  return Shape(extents);
}

std::vector<TensorType> infer_conv_filter_gradient(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& x = operands[0];
  const TensorType& cotangent = operands[1];
  require_float(x, "x");
  require_same_dtype(x, cotangent);
  const Shape filter = filter_shape(operands, attributes);
  const Shape y = conv_shape(x.shape, filter, attributes);
  require(cotangent.shape == y, "the cotangent is {}: of x {} and filter {} conv makes {}", cotangent, x, filter, y);
  return {{sum_dtype(x.dtype), filter}};
}

std::vector<Value> gradient_of_conv_filter_gradient(const GradientContext& context) {
  const Value x = context.operand(0);
  const Value cotangent = context.operand(1);
  const DType dtype = x.dtype();
  const Value of_filter = in_dtype(context.cotangent(0), dtype);
  Value of_x;
  Value of_cotangent;
  if (context.needs(0))
    of_x = in_dtype(conv_input_gradient_like(cotangent, of_filter, x.shape(), context.attributes()), dtype);
  if (context.needs(1)) of_cotangent = in_dtype(conv_like(x, of_filter, context.attributes()), dtype);
  return {of_x, of_cotangent};
}

double flops_of_conv_filter_gradient(std::span<const TensorType> operands, std::span<const TensorType> results,
                                     const Attributes& attributes) {
  return conv_flops(conv_form(operands[0].shape, results[0].shape, attributes));
}

std::vector<Value> apply_conv_filter_gradient(Graph& graph, const Shape& x, const Shape& cotangent,
                                              const Integers& window, const ConvOptions& options) {
  return {conv_filter_gradient(graph.input("x", DType::f32, x), graph.input("cotangent", DType::f32, cotangent), window,
                               options)};
}
std::vector<Value> conv_filter_gradient_case_line(Graph& graph) {
  return apply_conv_filter_gradient(graph, {3, 2, 7}, {3, 5, 5}, 3, {});
}
std::vector<Value> conv_filter_gradient_case_strides(Graph& graph) {
  return apply_conv_filter_gradient(graph, {2, 2, 8, 7}, {2, 3, 3, 4}, {3, 2}, {.strides = {3, 2}, .padding = 1});
}
std::vector<Value> conv_filter_gradient_case_dilations(Graph& graph) {
  return apply_conv_filter_gradient(graph, {1, 2, 7, 6}, {1, 3, 7, 6}, {3, 2},
                                    {.padding = {3, 1, 1, 2}, .dilations = {2, 3}});
}
std::vector<Value> conv_filter_gradient_case_groups(Graph& graph) {
  return apply_conv_filter_gradient(graph, {2, 6, 5, 4}, {2, 9, 5, 4}, 3, {.padding = 1, .groups = 3});
}
std::vector<Value> conv_filter_gradient_case_space(Graph& graph) {
  return apply_conv_filter_gradient(graph, {1, 2, 3, 4, 5}, {1, 3, 2, 2, 4}, {2, 3, 2}, {});
}
std::vector<Value> conv_filter_gradient_case_channels_last(Graph& graph) {
  return apply_conv_filter_gradient(graph, {2, 7, 8, 4}, {2, 3, 4, 6}, {3, 2},
                                    {.strides = 2, .padding = {0, 1, 0, 1}, .groups = 2, .channels_last = true});
}
std::vector<Value> conv_filter_gradient_case_bf16(Graph& graph) {
  return {conv_filter_gradient(cast(graph.input("x", DType::f32, {3, 2, 7}), DType::bf16),
                               cast(graph.input("cotangent", DType::f32, {3, 5, 5}), DType::bf16), 3)};
}

}  // namespace

const Op op::conv_filter_gradient = {
    .name = "conv_filter_gradient",
    .family = "convolution",
    .summary =
        "the gradient of conv with respect to its filter: the sum of each window of x times its element of the "
        "cotangent; products of two bf16 are added in f32, which the filter's gradient is",
    .operands = {"x", "cotangent"},
    .results = {"filter"},
    .attributes = {conv_attributes[0], conv_attributes[1], conv_attributes[2], conv_attributes[3], conv_attributes[4],
                   "window: the spatial extents of the filter"},
    .infer = infer_conv_filter_gradient,
    .gradient = gradient_of_conv_filter_gradient,
    .flops = flops_of_conv_filter_gradient,
    .cases = {{.name = "line", .build = conv_filter_gradient_case_line},
              {.name = "strides", .build = conv_filter_gradient_case_strides},
              {.name = "dilations", .build = conv_filter_gradient_case_dilations},
              {.name = "groups", .build = conv_filter_gradient_case_groups},
              {.name = "space", .build = conv_filter_gradient_case_space},
              {.name = "channels_last", .build = conv_filter_gradient_case_channels_last},
              {.name = "bf16", .build = conv_filter_gradient_case_bf16}},
};

Value conv_filter_gradient_like(Value x, Value cotangent, const Shape& filter, const Attributes& attributes) {
  Attributes of_gradient = conv_base_attributes(attributes);
  of_gradient.set("window", window_extents(filter));
  return apply(op::conv_filter_gradient, {x, cotangent}, std::move(of_gradient));
}

Value conv_filter_gradient(Value x, Value cotangent, const Integers& window, const ConvOptions& options) {
  require(!options.bias, "conv_filter_gradient: a bias is given, which has no part in this gradient");
  Attributes attributes = conv_attributes_of(x, options);
  attributes.set("window", each_axis(x, window));
  return apply(op::conv_filter_gradient, {x, cotangent}, std::move(attributes));
}

}  // namespace weft
