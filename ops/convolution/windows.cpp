#include "ops/convolution/windows.h"

#include <algorithm>

#include "graph/base/joined.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// How many spatial axes x has.
std::size_t spatial_rank(const Shape& x, const Attributes& attributes) {
  require(x.rank() >= 3 && x.rank() <= 5, "x {} with one, two or three spatial axes is needed: x {}",
          is_channels_last(attributes) ? "[batch, spatial..., channels]" : "[batch, channels, spatial...]", x);
  return x.rank() - 2;
}

/// The shape of x with those channels and an element for each window.
Shape windows_shape(const Shape& x, std::int64_t channels, const WindowAxes& axes, const Attributes& attributes) {
  std::vector<std::int64_t> outputs;
  for (std::size_t i = axes.size() + 2 - x.rank(); i < axes.size(); ++i) outputs.push_back(axes[i].output);
  return image_shape(x[0], channels, outputs, attributes);
}

/// A list of `per_axis` numbers for each spatial axis, each from `least` to what sizes are bounded by.
const std::vector<std::int64_t>& numbers_of(const Attributes& attributes, std::string_view name, std::size_t axes,
                                            std::size_t per_axis, std::int64_t least) {
  const auto& numbers = attributes.get<std::vector<std::int64_t>>(name);
  require(numbers.size() == axes * per_axis, "{} [{}] has {} numbers: {} are needed for {} spatial axes", name,
          joined(numbers, ","), numbers.size(), axes * per_axis, axes);
  for (const std::int64_t number : numbers)
    require(number >= least && number <= Shape::max_volume, "{} [{}] must be from {} to {}", name, joined(numbers, ","),
            least, Shape::max_volume);
  return numbers;
}

/// The quotient, rounded down, for a divisor above 0; most are 1, and divisions are slow.
std::int64_t floor_div(std::int64_t a, std::int64_t b) { return b == 1 ? a : a / b - (a % b < 0 ? 1 : 0); }

/// The i from 0 to below `count` with 0 <= offset + i * step < extent.
WindowAxis::Range within(std::int64_t extent, std::int64_t offset, std::int64_t step, std::int64_t count) {
  const std::int64_t first = std::min(count, std::max<std::int64_t>(0, -floor_div(offset, step)));
  return {first, std::clamp(floor_div(extent - 1 - offset, step) + 1, first, count)};
}

/// A single number as that many.
std::vector<std::int64_t> spread(const std::vector<std::int64_t>& numbers, std::size_t count) {
  return numbers.size() == 1 ? std::vector<std::int64_t>(count, numbers[0]) : numbers;
}

std::size_t spatial_rank_or_none(Value x) { return x && x.shape().rank() > 2 ? x.shape().rank() - 2 : 0; }

}  // namespace

bool is_convolution(const Op& op) {
  return &op == &op::conv || &op == &op::conv_input_gradient || &op == &op::conv_filter_gradient;
}

bool is_channels_last(const Attributes& attributes) { return attributes.get_or("channels_last", false); }

std::int64_t channel_axis(const Attributes& attributes) { return is_channels_last(attributes) ? -1 : 1; }

std::vector<std::int64_t> spatial_extents(const Shape& x, const Attributes& attributes) {
  return is_channels_last(attributes) ? std::vector(x.begin() + 1, x.end() - 1) : std::vector(x.begin() + 2, x.end());
}

Shape image_shape(std::int64_t batch, std::int64_t channels, std::span<const std::int64_t> spatial,
                  const Attributes& attributes) {
  std::vector<std::int64_t> extents{batch};
  extents.insert(extents.end(), spatial.begin(), spatial.end());
  extents.insert(is_channels_last(attributes) ? extents.end() : extents.begin() + 1, channels);
  return Shape(extents);
}

WindowAxis::Range WindowAxis::windows_with(std::int64_t k) const {
  return within(input, k * dilation - before, stride, output);
}

WindowAxis::Range WindowAxis::elements_of(std::int64_t i) const {
  return within(input, i * stride - before, dilation, window);
}

WindowAxes window_axes(const Shape& x, const std::vector<std::int64_t>& window, const Attributes& attributes) {
  const std::size_t count = spatial_rank(x, attributes);
  const std::vector<std::int64_t> inputs = spatial_extents(x, attributes);
  require(window.size() == count, "a window of {} axes does not fit {} spatial axes: window [{}], x {}", window.size(),
          count, joined(window, ","), x);
  const auto& strides = numbers_of(attributes, "strides", count, 1, 1);
  const auto& padding = numbers_of(attributes, "padding", count, 2, 0);
  const std::vector<std::int64_t> dilations = attributes.contains("dilations")
                                                  ? numbers_of(attributes, "dilations", count, 1, 1)
                                                  : std::vector<std::int64_t>(count, 1);
  WindowAxes axes;
  for (std::size_t i = 0; i < count; ++i) {
    WindowAxis& axis = axes[axes.size() - count + i];
    axis.input = inputs[i];
    axis.window = window[i];
    axis.stride = strides[i];
    axis.dilation = dilations[i];
    axis.before = padding[2 * i];
    axis.after = padding[2 * i + 1];
    require(axis.window - 1 <= Shape::max_volume / axis.dilation,
            "a window of {} elements is too large under a dilation of {}", axis.window, axis.dilation);
    const std::int64_t padded = axis.before + axis.input + axis.after;
    require(axis.span() <= padded,
            "a window of {} elements does not fit on spatial axis {}: x {} has {} there with padding, window [{}]",
            axis.span(), i, x, padded, joined(window, ","));
    axis.output = (padded - axis.span()) / axis.stride + 1;
  }
  return axes;
}

const std::vector<std::int64_t>& extents_attribute(const Attributes& attributes, std::string_view name) {
  const auto& extents = attributes.get<std::vector<std::int64_t>>(name);
  for (const std::int64_t extent : extents)
    require(extent >= 1 && extent <= Shape::max_volume, "{} [{}] must be from 1 to {}", name, joined(extents, ","),
            Shape::max_volume);
  return extents;
}

std::vector<std::int64_t> window_extents(const Shape& filter) {
  return {filter.begin() + std::min<std::size_t>(2, filter.rank()), filter.end()};
}

ImageStrides image_strides(std::int64_t channels, std::int64_t volume, bool channels_last) {
  return {channels * volume, channels_last ? 1 : volume, channels_last ? channels : 1};
}

ConvForm conv_form(const Shape& x, const Shape& filter, const Attributes& attributes) {
  const std::size_t axes = spatial_rank(x, attributes);
  const std::int64_t channels = x[channel_axis(attributes)];
  require(filter.rank() == axes + 2,
          "a filter [out channels, channels / groups, window...] of rank {} is needed: filter {}, x {}", axes + 2,
          filter, x);
  const std::int64_t groups = attributes.get<std::int64_t>("groups");
  require(groups >= 1 && filter[0] % groups == 0, "the filter's {} channels do not fall into {} groups: filter {}",
          filter[0], groups, filter);
  require(channels % groups == 0 && channels / groups == filter[1],
          "the filter takes {} channels a group, x has {} for {} groups: filter {}, x {}", filter[1], channels, groups,
          filter, x);
  return {.batch = x[0],
          .groups = groups,
          .in_channels = filter[1],
          .out_channels = filter[0] / groups,
          .axes = window_axes(x, window_extents(filter), attributes),
          .channels_last = is_channels_last(attributes)};
}

ConvForm conv_form(const Node& node, std::span<const TensorType> operands, std::span<const TensorType> results) {
  const Shape& x = (node.op == &op::conv_input_gradient ? results[0] : operands[0]).shape;
  const Shape& filter = (node.op == &op::conv_filter_gradient ? results[0] : operands[1]).shape;
  return conv_form(x, filter, node.attributes);
}

Shape conv_shape(const Shape& x, const Shape& filter, const Attributes& attributes) {
  const ConvForm form = conv_form(x, filter, attributes);
  return windows_shape(x, form.groups * form.out_channels, form.axes, attributes);
}

double conv_flops(const ConvForm& form) {
  return 2.0 * static_cast<double>(form.batch * form.groups * form.out_channels * form.output_volume()) *
         static_cast<double>(form.in_channels * form.window_volume());
}

PoolForm pool_form(const Shape& x, const Attributes& attributes) {
  const WindowAxes axes = window_axes(x, extents_attribute(attributes, "window"), attributes);
  for (const WindowAxis& axis : axes)
    require(axis.before < axis.window && axis.after < axis.window,
            "the padding {} and {} must be less than the window of {}: no window may lie in the padding", axis.before,
            axis.after, axis.window);
  return {.batch = x[0],
          .channels = x[channel_axis(attributes)],
          .axes = axes,
          .channels_last = is_channels_last(attributes)};
}

Shape pool_shape(const Shape& x, const Attributes& attributes) {
  const PoolForm form = pool_form(x, attributes);
  return windows_shape(x, form.channels, form.axes, attributes);
}

double pool_flops(const PoolForm& form) {
  double flops = static_cast<double>(form.planes());
  for (const WindowAxis& axis : form.axes) flops *= static_cast<double>(axis.output) * static_cast<double>(axis.window);
  return flops;
}

std::vector<std::int64_t> each_axis(Value x, const Integers& numbers) {
  return spread(numbers, spatial_rank_or_none(x));
}

std::vector<std::int64_t> each_side(Value x, const Integers& numbers) {
  const std::size_t axes = spatial_rank_or_none(x);
  const std::vector<std::int64_t> given = spread(numbers, axes);
  if (given.size() != axes) return given;
  std::vector<std::int64_t> sides;
  for (const std::int64_t number : given) sides.insert(sides.end(), {number, number});
  return sides;
}

}  // namespace weft
