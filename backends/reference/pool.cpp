#include <algorithm>
#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/runtime/windows.h"

namespace weft::reference {
namespace {

/// Calls visit(depth, height, width, place in y's plane) for each window.
template <typename Visit>
void for_each_window(const WindowAxes& axes, const Visit& visit) {
  const auto& [d, h, w] = axes;
  std::int64_t place = 0;
  for (std::int64_t depth = 0; depth < d.output; ++depth)
    for (std::int64_t height = 0; height < h.output; ++height)
      for (std::int64_t width = 0; width < w.output; ++width) visit(depth, height, width, place++);
}

/// Calls visit(first element of x, first element of y) for each channel of each image.
template <typename Visit>
void for_each_plane(const PoolForm& form, const Visit& visit) {
  for (std::int64_t n = 0; n < form.batch; ++n)
    for (std::int64_t c = 0; c < form.channels; ++c)
      visit(n * form.x_strides().image + c * form.x_strides().channel,
            n * form.y_strides().image + c * form.y_strides().channel);
}

/// Calls visit(element of x, element of y) for the largest element of each window, the first of equals or of NaNs.
template <typename T, typename Visit>
void for_each_maximum(const PoolForm& form, const T* x, const Visit& visit) {
  for_each_plane(form, [&](std::int64_t from, std::int64_t to) {
    for_each_window(form.axes, [&](std::int64_t depth, std::int64_t height, std::int64_t width, std::int64_t place) {
      std::int64_t largest = -1;
      for_each_element(form.axes, depth, height, width, [&](std::int64_t element) {
        const std::int64_t i = from + element * form.x_strides().place;
        if (largest < 0 || x[i] > x[largest] || (std::isnan(x[i]) && !std::isnan(x[largest]))) largest = i;
      });
      visit(largest, to + place * form.y_strides().place);
    });
  });
}

/// Calls visit(element of x, element of y, count) for each element of each window, whose mean is the sum of x / count.
template <typename T, typename Visit>
void for_each_part(const PoolForm& form, bool count_padding, const Visit& visit) {
  const auto& [d, h, w] = form.axes;
  const T volume = static_cast<T>(d.window) * static_cast<T>(h.window) * static_cast<T>(w.window);
  for_each_plane(form, [&](std::int64_t from, std::int64_t to) {
    for_each_window(form.axes, [&](std::int64_t depth, std::int64_t height, std::int64_t width, std::int64_t place) {
      std::int64_t count = 0;
      for_each_element(form.axes, depth, height, width, [&](std::int64_t) { ++count; });
      for_each_element(form.axes, depth, height, width, [&](std::int64_t element) {
        visit(from + element * form.x_strides().place, to + place * form.y_strides().place,
              count_padding ? volume : static_cast<T>(count));
      });
    });
  });
}

}  // namespace

Kernel max_pool(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[form = pool_form(spec.operands[0].shape, spec.node.attributes),
             values = spec.operands.size() - 1](const KernelBuffers& buffers) {
      const T* from = buffers.operand<T>(values);
      T* y = buffers.result<T>(0);
      for_each_maximum(form, buffers.operand<T>(0), [&](std::int64_t i, std::int64_t j) { y[j] = from[i]; });
    }};
  });
}

Kernel max_pool_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[form = pool_form(spec.operands[0].shape, spec.node.attributes),
             volume = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
      const T* cotangent = buffers.operand<T>(1);
      T* y = buffers.result<T>(0);
      std::fill_n(y, volume, T(0));
      for_each_maximum(form, buffers.operand<T>(0), [&](std::int64_t i, std::int64_t j) { y[i] += cotangent[j]; });
    }};
  });
}

Kernel average_pool(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[form = pool_form(spec.operands[0].shape, spec.node.attributes), volume = spec.results[0].shape.volume(),
             count_padding = spec.node.attributes.get<bool>("count_padding")](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      std::fill_n(y, volume, T(0));
      for_each_part<T>(form, count_padding, [&](std::int64_t i, std::int64_t j, T count) { y[j] += x[i] / count; });
    }};
  });
}

Kernel average_pool_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[form = pool_form(spec.results[0].shape, spec.node.attributes), volume = spec.results[0].shape.volume(),
             count_padding = spec.node.attributes.get<bool>("count_padding")](const KernelBuffers& buffers) {
      const T* cotangent = buffers.operand<T>(0);
      T* x = buffers.result<T>(0);
      std::fill_n(x, volume, T(0));
      for_each_part<T>(form, count_padding,
                       [&](std::int64_t i, std::int64_t j, T count) { x[i] += cotangent[j] / count; });
    }};
  });
}

}  // namespace weft::reference
