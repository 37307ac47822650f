#pragma once

#include <algorithm>
#include <cstdint>

#include "graph/base/bfloat16.h"
#include "ops/convolution/windows.h"

// The plain loops of convolutions and poolings, over contiguous tensors. Places count the elements of one channel of an image,
// whatever lies between them in memory.

namespace weft {

/// Calls visit(place in x's plane) for each element of a window that lies within x, in their order.
template <typename Visit>
void for_each_element(const WindowAxes& axes, std::int64_t depth, std::int64_t height, std::int64_t width,
                      const Visit& visit) {
  const auto& [d, h, w] = axes;
  const WindowAxis::Range planes = d.elements_of(depth);
  const WindowAxis::Range rows = h.elements_of(height);
  const WindowAxis::Range columns = w.elements_of(width);
  for (std::int64_t plane = planes.first; plane < planes.last; ++plane)
    for (std::int64_t row = rows.first; row < rows.last; ++row)
      for (std::int64_t column = columns.first; column < columns.last; ++column)
        visit((d.place(depth, plane) * h.input + h.place(height, row)) * w.input + w.place(width, column));
}

/// Calls visit(place in x's plane, place in the window, place in y's plane, count) for the elements of windows that lie within
/// x, one element of the windows after the other: of `count` windows that are neighbours in y, of which each has its
/// element a stride of the last axis behind the one before.
template <typename Visit>
void for_each_run(const WindowAxes& axes, const Visit& visit) {
  const auto& [d, h, w] = axes;
  for (std::int64_t plane = 0; plane < d.window; ++plane)
    for (std::int64_t row = 0; row < h.window; ++row) {
      const WindowAxis::Range depths = d.windows_with(plane);
      const WindowAxis::Range heights = h.windows_with(row);
      for (std::int64_t column = 0; column < w.window; ++column) {
        const WindowAxis::Range widths = w.windows_with(column);
        const std::int64_t element = (plane * h.window + row) * w.window + column;
        for (std::int64_t depth = depths.first; depth < depths.last; ++depth)
          for (std::int64_t height = heights.first; height < heights.last; ++height)
            visit((d.place(depth, plane) * h.input + h.place(height, row)) * w.input + w.place(widths.first, column),
                  element, (depth * h.output + height) * w.output + widths.first, widths.last - widths.first);
      }
    }
}

/// Calls visit(element of x, element of the filter, element of y, count) for all products of which a convolution or one of
/// its gradients is made: for runs of them, as above.
template <typename Visit>
void for_each_run(const ConvForm& form, const Visit& visit) {
  const ImageStrides in = form.x_strides();
  const ImageStrides out = form.y_strides();
  const std::int64_t window = form.window_volume();
  for (std::int64_t n = 0; n < form.batch; ++n)
    for (std::int64_t group = 0; group < form.groups; ++group)
      for (std::int64_t o = 0; o < form.out_channels; ++o)
        for (std::int64_t c = 0; c < form.in_channels; ++c) {
          const std::int64_t x = n * in.image + (group * form.in_channels + c) * in.channel;
          const std::int64_t filter = ((group * form.out_channels + o) * form.in_channels + c) * window;
          const std::int64_t y = n * out.image + (group * form.out_channels + o) * out.channel;
          for_each_run(form.axes, [&](std::int64_t i, std::int64_t k, std::int64_t j, std::int64_t count) {
            visit(x + i * in.place, filter + k, y + j * out.place, count);
          });
        }
}

/// How far apart the elements of x and of y lie that belong to neighbours of a run.
struct RunSteps {
  std::int64_t x;
  std::int64_t y;
};
inline RunSteps run_steps(const ConvForm& form) {
  return {form.axes[2].stride * form.x_strides().place, form.y_strides().place};
}

/// The three kernels, of factors of one type: result and operands as in the ops; `bias` may be null.
template <typename T, typename Sum = SumOf<T>>
void run_conv(const ConvForm& form, const T* x, const T* filter, const Sum* bias, Sum* y) {
  const std::int64_t channels = form.groups * form.out_channels;
  const std::int64_t volume = form.output_volume();
  for (std::int64_t i = 0; i < form.batch * channels * volume; ++i)
    y[i] = bias == nullptr ? Sum(0) : bias[(form.channels_last ? i : i / volume) % channels];
  const RunSteps step = run_steps(form);
  for_each_run(form, [=](std::int64_t i, std::int64_t k, std::int64_t j, std::int64_t count) {
    const Sum weight = filter[k];
    for (std::int64_t at = 0; at < count; ++at) y[j + at * step.y] += Sum(x[i + at * step.x]) * weight;
  });
}
template <typename T, typename Sum = SumOf<T>>
void run_conv_input_gradient(const ConvForm& form, const T* cotangent, const T* filter, Sum* x) {
  std::fill_n(x, form.batch * form.groups * form.in_channels * form.input_volume(), Sum(0));
  const RunSteps step = run_steps(form);
  for_each_run(form, [=](std::int64_t i, std::int64_t k, std::int64_t j, std::int64_t count) {
    const Sum weight = filter[k];
    for (std::int64_t at = 0; at < count; ++at) x[i + at * step.x] += Sum(cotangent[j + at * step.y]) * weight;
  });
}
template <typename T, typename Sum = SumOf<T>>
void run_conv_filter_gradient(const ConvForm& form, const T* x, const T* cotangent, Sum* filter) {
  std::fill_n(filter, form.groups * form.out_channels * form.in_channels * form.window_volume(), Sum(0));
  const RunSteps step = run_steps(form);
  for_each_run(form, [=](std::int64_t i, std::int64_t k, std::int64_t j, std::int64_t count) {
    Sum sum = filter[k];
    for (std::int64_t at = 0; at < count; ++at) sum += Sum(x[i + at * step.x]) * Sum(cotangent[j + at * step.y]);
    filter[k] = sum;
  });
}

}  // namespace weft
