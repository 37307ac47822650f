#include "ops/convolution/conv.h"
#include "ops/helpers.h"

namespace weft {

// The gradient of a conv whose y is x: that conv's strides are how far the windows of this result lie apart.
Value conv_transpose(Value x, Value filter, const ConvOptions& options, const Integers& output_padding) {
  require(x && filter, "conv_transpose: an operand is a null value");
  const Shape& from = x.shape();
  const Shape& window = filter.shape();
  require(from.rank() >= 3 && from.rank() <= 5 && window.rank() == from.rank(),
          "conv_transpose: x, with channels and a batch, and a filter [channels, out channels / groups, window...] of "
          "one rank, with one, two or three spatial axes, are needed: x {}, filter {}",
          x.type(), filter.type());
  const std::size_t axes = from.rank() - 2;
  const std::vector<std::int64_t> strides = each_axis(x, options.strides);
  const std::vector<std::int64_t> padding = each_side(x, options.padding);
  const std::vector<std::int64_t> dilations = each_axis(x, options.dilations);
  const std::vector<std::int64_t> behind = each_axis(x, output_padding);
  require(strides.size() == axes && padding.size() == 2 * axes && dilations.size() == axes && behind.size() == axes,
          "conv_transpose: x {} has {} spatial axes: one number, or one an axis, is needed of strides, padding, "
          "dilations and output padding",
          x.type(), axes);
  const auto in_range = [](std::int64_t number) { return number >= 0 && number <= Shape::max_volume; };
  std::vector<std::int64_t> spatial;
  for (std::size_t i = 0; i < axes; ++i) {
    const auto axis = static_cast<std::int64_t>(i) + 2;  // of the filter
    const std::int64_t extent = from[options.channels_last ? axis - 1 : axis];
    require(in_range(padding[2 * i]) && in_range(padding[2 * i + 1]),
            "conv_transpose: the padding {} and {} must be "
            "from 0 to {}",
            padding[2 * i], padding[2 * i + 1], Shape::max_volume);
    require(strides[i] >= 1 && strides[i] <= Shape::max_volume / extent && dilations[i] >= 1 &&
                dilations[i] <= Shape::max_volume / window[axis],
            "conv_transpose: the stride {} or the dilation {} is below 1 or too large for x {} and filter {}",
            strides[i], dilations[i], x.type(), filter.type());
    require(behind[i] >= 0 && behind[i] < strides[i],
            "conv_transpose: the output padding {} must be from 0 to below the stride {}", behind[i], strides[i]);
    spatial.push_back((extent - 1) * strides[i] - padding[2 * i] - padding[2 * i + 1] +
                      dilations[i] * (window[axis] - 1) + 1 + behind[i]);
  }
  const Value bias = options.bias;
  ConvOptions without_bias = options;
  without_bias.bias = {};
  const Value y = conv_input_gradient(x, filter, spatial, without_bias);
  if (!bias) return y;
  require(bias.shape() == Shape{y.shape()[options.channels_last ? -1 : 1]},
          "conv_transpose: the bias needs one element a channel of the result: bias {}, result {}", bias.type(),
          y.type());
  if (options.channels_last) return y + bias;
  Shape along_channels = bias.shape();
  while (along_channels.rank() < axes + 1) along_channels = along_channels.inserted(along_channels.rank(), 1);
  return y + reshape(bias, along_channels);
}

}  // namespace weft
