#pragma once

// What convolutions and poolings share: where the axes of x and y stand, [batch, channels, spatial...] or, by the attribute
// "channels_last", [batch, spatial..., channels]; and how windows lie on the spatial ones.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// Whether it is conv or one of its gradients.
bool is_convolution(const Op& op);

/// What the ops say of that attribute.
inline constexpr std::string_view channels_last_attribute =
    "channels_last: whether x and y are [batch, spatial..., channels]; else, and when it is missing, [batch, channels, "
    "spatial...]";
bool is_channels_last(const Attributes& attributes);
/// The axis of the channels: the last or the second one.
std::int64_t channel_axis(const Attributes& attributes);
/// The spatial extents of x or y, whose rank is at least 2.
std::vector<std::int64_t> spatial_extents(const Shape& x, const Attributes& attributes);
/// The shape of those.
Shape image_shape(std::int64_t batch, std::int64_t channels, std::span<const std::int64_t> spatial,
                  const Attributes& attributes);

/// One spatial axis: element k of window i lies at element i * stride + k * dilation - before of x, or in the padding.
struct WindowAxis {
  std::int64_t input = 1;   ///< elements of x
  std::int64_t window = 1;  ///< elements of a window
  std::int64_t output = 1;  ///< windows
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t before = 0;  ///< padding
  std::int64_t after = 0;

  /// The elements from the first of a window to its last.
  std::int64_t span() const { return (window - 1) * dilation + 1; }
  /// Where element `k` of window `i` lies in x.
  std::int64_t place(std::int64_t i, std::int64_t k) const { return i * stride + k * dilation - before; }

  /// Indices [first, last).
  struct Range {
    std::int64_t first;
    std::int64_t last;
  };
  /// The windows whose element `k` lies within x; perhaps none, last being first.
  Range windows_with(std::int64_t k) const;
  /// The elements of window `i` that lie within x; perhaps none, last being first.
  Range elements_of(std::int64_t i) const;

  friend auto operator<=>(const WindowAxis&, const WindowAxis&) = default;
};

/// The axes depth, height and width; those that x lacks have extents of 1.
using WindowAxes = std::array<WindowAxis, 3>;

/// The axes of x's shape under windows of those extents, by the attributes "strides", "padding" (before and after each
/// axis in turn) and, where the op has them, "dilations". Throws Error, with both sides, for what does not fit.
WindowAxes window_axes(const Shape& x, const std::vector<std::int64_t>& window, const Attributes& attributes);
/// The attribute that lists a number for each spatial axis. Throws Error unless each is at least 1.
const std::vector<std::int64_t>& extents_attribute(const Attributes& attributes, std::string_view name);
/// The extents of a filter's window.
std::vector<std::int64_t> window_extents(const Shape& filter);

/// How far apart elements of x or y lie: those of neighbouring images, channels, and places of an image.
struct ImageStrides {
  std::int64_t image = 1;
  std::int64_t channel = 1;
  std::int64_t place = 1;
};
ImageStrides image_strides(std::int64_t channels, std::int64_t volume, bool channels_last);

/// A convolution of x by a filter that gives y, all of whose extents fit; its gradients are of the same form.
struct ConvForm {
  std::int64_t batch = 1;
  std::int64_t groups = 1;
  std::int64_t in_channels = 1;   ///< of a group
  std::int64_t out_channels = 1;  ///< of a group
  WindowAxes axes;
  bool channels_last = false;

  ImageStrides x_strides() const { return image_strides(groups * in_channels, input_volume(), channels_last); }
  ImageStrides y_strides() const { return image_strides(groups * out_channels, output_volume(), channels_last); }
  std::int64_t input_volume() const { return axes[0].input * axes[1].input * axes[2].input; }
  std::int64_t window_volume() const { return axes[0].window * axes[1].window * axes[2].window; }
  std::int64_t output_volume() const { return axes[0].output * axes[1].output * axes[2].output; }

  friend auto operator<=>(const ConvForm&, const ConvForm&) = default;
};
/// The convolution of x by the filter. Throws Error, with both sides, for what does not fit.
ConvForm conv_form(const Shape& x, const Shape& filter, const Attributes& attributes);
/// The convolution that a node of conv, conv_input_gradient or conv_filter_gradient belongs to.
ConvForm conv_form(const Node& node, std::span<const TensorType> operands, std::span<const TensorType> results);
/// The shape of its y.
Shape conv_shape(const Shape& x, const Shape& filter, const Attributes& attributes);
/// Two operations for each element of the window and each element of y.
double conv_flops(const ConvForm& form);

/// A pooling of x, channel by channel.
struct PoolForm {
  std::int64_t batch = 1;
  std::int64_t channels = 1;
  WindowAxes axes;
  bool channels_last = false;

  std::int64_t planes() const { return batch * channels; }
  std::int64_t input_volume() const { return axes[0].input * axes[1].input * axes[2].input; }
  std::int64_t output_volume() const { return axes[0].output * axes[1].output * axes[2].output; }
  ImageStrides x_strides() const { return image_strides(channels, input_volume(), channels_last); }
  ImageStrides y_strides() const { return image_strides(channels, output_volume(), channels_last); }
};
/// The pooling of x by the attributes "window", "strides" and "padding". Throws Error, with both sides, for what does
/// not fit, and for a padding that a window could lie in.
PoolForm pool_form(const Shape& x, const Attributes& attributes);
/// The shape of its y.
Shape pool_shape(const Shape& x, const Attributes& attributes);
/// One operation for each element of each window.
double pool_flops(const PoolForm& form);

/// What the builders are given of the spatial axes, as attributes: a single number stands for each axis of x, and a
/// padding for both sides.
std::vector<std::int64_t> each_axis(Value x, const Integers& numbers);
std::vector<std::int64_t> each_side(Value x, const Integers& numbers);

}  // namespace weft
