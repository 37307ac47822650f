#include "ops/convolution/conv.h"

#include "ops/helpers.h"
#include "ops/op_list.h"

namespace weft {
namespace {

constexpr std::size_t bias_of_conv = 2;

std::vector<TensorType> infer_conv(std::span<const TensorType> operands, const Attributes& attributes) {
  require(operands.size() == 2 || operands.size() == 3, "{} operands are given, 2 needed, or 3 with a bias",
          operands.size());
  const TensorType& x = operands[0];
  const TensorType& filter = operands[1];
  require_float(x, "x");
  require_same_dtype(x, filter);
  const DType sums = sum_dtype(x.dtype);
  const Shape y = conv_shape(x.shape, filter.shape, attributes);
  if (operands.size() > bias_of_conv) {
    require(operands[bias_of_conv].dtype == sums, "the bias is {}: it is added to sums in {}", operands[bias_of_conv],
            to_string(sums));
    require(operands[bias_of_conv].shape == Shape{filter.shape[0]},
            "the bias needs one element a channel of the result: bias {}, filter {}", operands[bias_of_conv], filter);
  }
  return {{sums, y}};
}

// conv is linear in x and in the filter; the bias goes to every element of its channel. In bf16 the cotangent is rounded as
// the other factor is.
std::vector<Value> gradient_of_conv(const GradientContext& context) {
  const Value x = context.operand(0);
  const Value filter = context.operand(1);
  const Value cotangent = context.cotangent(0);
  std::vector<Value> gradients(context.operand_count());
  const DType dtype = x.dtype();
  const Value factor = in_dtype(cotangent, dtype);
  if (context.needs(0))
    gradients[0] = in_dtype(conv_input_gradient_like(factor, filter, x.shape(), context.attributes()), dtype);
  if (context.needs(1))
    gradients[1] = in_dtype(conv_filter_gradient_like(x, factor, filter.shape(), context.attributes()), dtype);
  if (gradients.size() > bias_of_conv && context.needs(bias_of_conv)) {
    const auto rank = static_cast<std::int64_t>(x.shape().rank());
    const std::int64_t channels = is_channels_last(context.attributes()) ? rank - 1 : 1;
    std::vector<std::int64_t> axes;
    for (std::int64_t axis = 0; axis < rank; ++axis)
      if (axis != channels) axes.push_back(axis);
    gradients[bias_of_conv] = reduce_sum(cotangent, axes);
  }
  return gradients;
}

// The products, and the bias.
double flops_of_conv(std::span<const TensorType> operands, std::span<const TensorType> results,
                     const Attributes& attributes) {
  const double bias = operands.size() > bias_of_conv ? static_cast<double>(results[0].shape.volume()) : 0.0;
  return bias + conv_flops(conv_form(operands[0].shape, operands[1].shape, attributes));
}

std::vector<Value> apply_conv(Graph& graph, const Shape& x, const Shape& filter, const ConvOptions& options) {
  return {conv(graph.input("x", DType::f32, x), graph.input("filter", DType::f32, filter), options)};
}
std::vector<Value> conv_case_line(Graph& graph) { return apply_conv(graph, {2, 3, 7}, {5, 3, 3}, {}); }
std::vector<Value> conv_case_plane(Graph& graph) {
  return apply_conv(graph, {2, 3, 5, 7}, {5, 3, 3, 2}, {.bias = graph.input("bias", DType::f32, {5})});
}
std::vector<Value> conv_case_space(Graph& graph) {
  return apply_conv(graph, {1, 2, 3, 4, 5}, {3, 2, 2, 3, 2}, {.padding = {0, 1, 0}});
}
std::vector<Value> conv_case_strides(Graph& graph) {
  return apply_conv(graph, {1, 2, 8, 7}, {3, 2, 3, 2}, {.strides = {3, 2}, .padding = 1});
}
std::vector<Value> conv_case_uneven_padding(Graph& graph) {
  return apply_conv(graph, {1, 2, 3, 4}, {3, 2, 3, 4}, {.padding = {0, 1, 3, 2}});
}
std::vector<Value> conv_case_dilations(Graph& graph) {
  return apply_conv(graph, {1, 2, 7, 6}, {3, 2, 3, 2}, {.padding = {2, 1}, .dilations = {2, 3}});
}
std::vector<Value> conv_case_groups(Graph& graph) {
  return apply_conv(graph, {2, 6, 5, 4}, {9, 2, 3, 3}, {.padding = 1, .groups = 3});
}
std::vector<Value> conv_case_depthwise(Graph& graph) {
  return apply_conv(graph, {1, 3, 5, 5}, {3, 1, 3, 3},
                    {.strides = 2, .padding = 1, .groups = 3, .bias = graph.input("bias", DType::f32, {3})});
}
std::vector<Value> conv_case_channels_last(Graph& graph) {
  return apply_conv(
      graph, {2, 4, 5, 3}, {5, 3, 3, 2},
      {.strides = {1, 2}, .padding = {1, 0}, .bias = graph.input("bias", DType::f32, {5}), .channels_last = true});
}
std::vector<Value> conv_case_channels_last_groups(Graph& graph) {
  return apply_conv(graph, {1, 6, 6}, {9, 2, 3}, {.dilations = 2, .groups = 3, .channels_last = true});
}
std::vector<Value> conv_case_bf16(Graph& graph) {
  return {conv(cast(graph.input("x", DType::f32, {2, 3, 5, 4}), DType::bf16),
               cast(graph.input("filter", DType::f32, {5, 3, 3, 2}), DType::bf16),
               {.padding = 1, .bias = graph.input("bias", DType::f32, {5})})};
}

}  // namespace

const Op op::conv = {
    .name = "conv",
    .family = "convolution",
    .summary =
        "y[n, o, i...] = bias[o] + the sum over c and k of x[n, c, stride i + dilation k - padding...] filter[o, "
        "c, k...], c running over the channels of o's group; the zeros around x may be multiplied or left out, which "
        "matters beside an infinite tap alone; products of two bf16 are added in f32, which bias and y are",
    .operands = {"x", "filter", "bias..."},
    .results = {"y"},
    .attributes = {conv_attributes.begin(), conv_attributes.end()},
    .infer = infer_conv,
    .gradient = gradient_of_conv,
    .flops = flops_of_conv,
    .cases = {{.name = "line", .build = conv_case_line},
              {.name = "plane", .build = conv_case_plane},
              {.name = "space", .build = conv_case_space},
              {.name = "strides", .build = conv_case_strides},
              {.name = "uneven_padding", .build = conv_case_uneven_padding},
              {.name = "dilations", .build = conv_case_dilations},
              {.name = "groups", .build = conv_case_groups},
              {.name = "depthwise", .build = conv_case_depthwise},
              {.name = "channels_last", .build = conv_case_channels_last},
              {.name = "channels_last_groups", .build = conv_case_channels_last_groups},
              {.name = "bf16", .build = conv_case_bf16}},
};

Attributes conv_attributes_of(Value x, const ConvOptions& options) {
  Attributes attributes{{"strides", each_axis(x, options.strides)},
                        {"padding", each_side(x, options.padding)},
                        {"dilations", each_axis(x, options.dilations)},
                        {"groups", options.groups}};
  if (options.channels_last) attributes.set("channels_last", true);
  return attributes;
}

Attributes conv_base_attributes(const Attributes& attributes) {
  Attributes base{{"strides", attributes.get<std::vector<std::int64_t>>("strides")},
                  {"padding", attributes.get<std::vector<std::int64_t>>("padding")},
                  {"dilations", attributes.get<std::vector<std::int64_t>>("dilations")},
                  {"groups", attributes.get<std::int64_t>("groups")}};
  if (is_channels_last(attributes)) base.set("channels_last", true);
  return base;
}

Value conv_like(Value x, Value filter, const Attributes& attributes) {
  return apply(op::conv, {x, filter}, conv_base_attributes(attributes));
}

Value conv(Value x, Value filter, const ConvOptions& options) {
  std::vector<Value> operands{x, filter};
  if (options.bias) operands.push_back(options.bias);
  return apply_all(op::conv, operands, conv_attributes_of(x, options))[0];
}

namespace {

Value conv_of_rank(std::string_view builder, std::size_t axes, Value x, Value filter, const ConvOptions& options) {
  require(!x || x.shape().rank() == axes + 2, "{}: x '{}' is {}: batch, channels and {} spatial axes are needed",
          builder, x ? x.name() : "", x ? x.type() : TensorType{}, axes);
  return conv(x, filter, options);
}

}  // namespace

Value conv1d(Value x, Value filter, const ConvOptions& options) {
  return conv_of_rank("conv1d", 1, x, filter, options);
}
Value conv2d(Value x, Value filter, const ConvOptions& options) {
  return conv_of_rank("conv2d", 2, x, filter, options);
}
Value conv3d(Value x, Value filter, const ConvOptions& options) {
  return conv_of_rank("conv3d", 3, x, filter, options);
}

}  // namespace weft
