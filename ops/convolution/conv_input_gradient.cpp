#include "ops/convolution/conv.h"
#include "ops/helpers.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// The shape of conv's x: its spatial extents are an attribute, since strides round.
Shape input_of_conv_input_gradient(std::span<const TensorType> operands, const Attributes& attributes) {
  const Shape& cotangent = operands[0].shape;
  const Shape& filter = operands[1].shape;
  require(cotangent.rank() >= 2 && filter.rank() >= 2,
          "an image for each of a batch and a filter are needed: cotangent {}, filter {}", operands[0], operands[1]);
  const std::int64_t groups = attributes.get<std::int64_t>("groups");
  require(groups >= 1 && groups <= Shape::max_volume / filter[1], "groups {} must be from 1 to {}", groups,
          Shape::max_volume / filter[1]);
  return image_shape(cotangent[0], filter[1] * groups, extents_attribute(attributes, "spatial"), attributes);
}

std::vector<TensorType> infer_conv_input_gradient(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& cotangent = operands[0];
  require_float(cotangent, "cotangent");
  require_same_dtype(cotangent, operands[1]);
  const Shape x = input_of_conv_input_gradient(operands, attributes);
  const Shape y = conv_shape(x, operands[1].shape, attributes);
  require(cotangent.shape == y, "the cotangent is {}: of x {} and filter {} conv makes {}", cotangent, x, operands[1],
          y);
  return {{sum_dtype(cotangent.dtype), x}};
}

std::vector<Value> gradient_of_conv_input_gradient(const GradientContext& context) {
  const Value cotangent = context.operand(0);
  const Value filter = context.operand(1);
  const DType dtype = cotangent.dtype();
  const Value of_x = in_dtype(context.cotangent(0), dtype);
  Value of_cotangent;
  Value of_filter;
  if (context.needs(0)) of_cotangent = in_dtype(conv_like(of_x, filter, context.attributes()), dtype);
  if (context.needs(1))
    of_filter = in_dtype(conv_filter_gradient_like(of_x, cotangent, filter.shape(), context.attributes()), dtype);
  return {of_cotangent, of_filter};
}

double flops_of_conv_input_gradient(std::span<const TensorType> operands, std::span<const TensorType> results,
                                    const Attributes& attributes) {
  return conv_flops(conv_form(results[0].shape, operands[1].shape, attributes));
}

std::vector<Value> apply_conv_input_gradient(Graph& graph, const Shape& cotangent, const Shape& filter,
                                             const Integers& spatial, const ConvOptions& options) {
  return {conv_input_gradient(graph.input("cotangent", DType::f32, cotangent),
                              graph.input("filter", DType::f32, filter), spatial, options)};
}
std::vector<Value> conv_input_gradient_case_line(Graph& graph) {
  return apply_conv_input_gradient(graph, {2, 5, 5}, {5, 3, 3}, 7, {});
}
std::vector<Value> conv_input_gradient_case_strides(Graph& graph) {
  return apply_conv_input_gradient(graph, {1, 3, 3, 4}, {3, 2, 3, 2}, {8, 7}, {.strides = {3, 2}, .padding = 1});
}
std::vector<Value> conv_input_gradient_case_dilations(Graph& graph) {
  return apply_conv_input_gradient(graph, {1, 3, 7, 6}, {3, 2, 3, 2}, {7, 6},
                                   {.padding = {3, 1, 1, 2}, .dilations = {2, 3}});
}
std::vector<Value> conv_input_gradient_case_groups(Graph& graph) {
  return apply_conv_input_gradient(graph, {2, 9, 5, 4}, {9, 2, 3, 3}, {5, 4}, {.padding = 1, .groups = 3});
}
std::vector<Value> conv_input_gradient_case_space(Graph& graph) {
  return apply_conv_input_gradient(graph, {1, 3, 2, 2, 4}, {3, 2, 2, 3, 2}, {3, 4, 5}, {});
}
std::vector<Value> conv_input_gradient_case_channels_last(Graph& graph) {
  return apply_conv_input_gradient(graph, {2, 3, 4, 6}, {6, 2, 3, 2}, {7, 8},
                                   {.strides = 2, .padding = {0, 1, 0, 1}, .groups = 2, .channels_last = true});
}
std::vector<Value> conv_input_gradient_case_bf16(Graph& graph) {
  return {conv_input_gradient(cast(graph.input("cotangent", DType::f32, {2, 5, 5}), DType::bf16),
                              cast(graph.input("filter", DType::f32, {5, 3, 3}), DType::bf16), 7)};
}

}  // namespace

const Op op::conv_input_gradient = {
    .name = "conv_input_gradient",
    .family = "convolution",
    .summary =
        "the gradient of conv with respect to x: each element of the cotangent spreads over its window of x, "
        "times the filter; products of two bf16 are added in f32, which x is",
    .operands = {"cotangent", "filter"},
    .results = {"x"},
    .attributes = {conv_attributes[0], conv_attributes[1], conv_attributes[2], conv_attributes[3], conv_attributes[4],
                   "spatial: the spatial extents of x"},
    .infer = infer_conv_input_gradient,
    .gradient = gradient_of_conv_input_gradient,
    .flops = flops_of_conv_input_gradient,
    .cases = {{.name = "line", .build = conv_input_gradient_case_line},
              {.name = "strides", .build = conv_input_gradient_case_strides},
              {.name = "dilations", .build = conv_input_gradient_case_dilations},
              {.name = "groups", .build = conv_input_gradient_case_groups},
              {.name = "space", .build = conv_input_gradient_case_space},
              {.name = "channels_last", .build = conv_input_gradient_case_channels_last},
              {.name = "bf16", .build = conv_input_gradient_case_bf16}},
};

Value conv_input_gradient_like(Value cotangent, Value filter, const Shape& x, const Attributes& attributes) {
  Attributes of_gradient = conv_base_attributes(attributes);
  of_gradient.set("spatial", spatial_extents(x, attributes));
  return apply(op::conv_input_gradient, {cotangent, filter}, std::move(of_gradient));
}

Value conv_input_gradient(Value cotangent, Value filter, const Integers& spatial, const ConvOptions& options) {
  require(!options.bias, "conv_input_gradient: a bias is given, which has no part in this gradient");
  Attributes attributes = conv_attributes_of(cotangent, options);
  attributes.set("spatial", each_axis(cotangent, spatial));
  return apply(op::conv_input_gradient, {cotangent, filter}, std::move(attributes));
}

}  // namespace weft
