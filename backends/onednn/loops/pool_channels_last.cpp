#include "backends/onednn/loops/pool_channels_last.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "ops/convolution/windows.h"

// Window by window, many channels at once. A block of an image's channels is one thread's.

namespace weft::onednn {
namespace {

constexpr std::int64_t channel_block = 64;

/// A block of an image's channels: where its first element lies in x and in y, and how many channels it has.
struct ChannelBlock {
  std::int64_t x;
  std::int64_t y;
  std::int64_t size;
};

struct ChannelsLastPool {
  PoolForm form;
  bool count_padding;

  std::int64_t blocks_of_image() const { return (form.channels + channel_block - 1) / channel_block; }
  WEFT_INLINE ChannelBlock block(std::int64_t i) const {
    const std::int64_t image = i / blocks_of_image();
    const std::int64_t channel = i % blocks_of_image() * channel_block;
    return {image * form.x_strides().image + channel, image * form.y_strides().image + channel,
            std::min(channel_block, form.channels - channel)};
  }
  /// What a window's sum is divided by.
  WEFT_INLINE float count(const WindowAxis::Range& planes, const WindowAxis::Range& rows,
                          const WindowAxis::Range& columns) const {
    const auto& [d, h, w] = form.axes;
    const auto extent = [this](const WindowAxis& axis, const WindowAxis::Range& within) WEFT_INLINE_LAMBDA {
      return static_cast<float>(count_padding ? axis.window : within.last - within.first);
    };
    return extent(d, planes) * extent(h, rows) * extent(w, columns);
  }
};

/// A window: where it lies in y, and its elements within x, as offsets of their first channels.
struct ChannelsLastWindow {
  const ChannelsLastPool& pool;
  std::int64_t depth;
  std::int64_t height;
  std::int64_t width;
  WindowAxis::Range planes;
  WindowAxis::Range rows;
  WindowAxis::Range columns;

  WEFT_INLINE std::int64_t in_y() const {
    const auto& [d, h, w] = pool.form.axes;
    return ((depth * h.output + height) * w.output + width) * pool.form.channels;
  }
  WEFT_INLINE float count() const { return pool.count(planes, rows, columns); }

  /// Calls visit(offset) for each element within x, in order.
  template <typename Visit>
  WEFT_INLINE void for_each_element(const Visit& visit) const {
    const auto& [d, h, w] = pool.form.axes;
    for (std::int64_t plane = planes.first; plane < planes.last; ++plane)
      for (std::int64_t row = rows.first; row < rows.last; ++row)
        for (std::int64_t column = columns.first; column < columns.last; ++column)
          visit(((d.place(depth, plane) * h.input + h.place(height, row)) * w.input + w.place(width, column)) *
                pool.form.channels);
  }
};

template <typename Visit>
WEFT_INLINE void for_each_window(const ChannelsLastPool& pool, const Visit& visit) {
  const auto& [d, h, w] = pool.form.axes;
  for (std::int64_t depth = 0; depth < d.output; ++depth)
    for (std::int64_t height = 0; height < h.output; ++height)
      for (std::int64_t width = 0; width < w.output; ++width)
        visit(ChannelsLastWindow{pool, depth, height, width, d.elements_of(depth), h.elements_of(height),
                                 w.elements_of(width)});
}

/// The largest element of a window in each channel, the first of equals or of NaNs, and its offset.
struct ChannelMaxima {
  float element[channel_block];
  std::int32_t offset[channel_block];

  WEFT_INLINE ChannelMaxima(const ChannelsLastWindow& window, const float* x, std::int64_t size) {
    bool is_first = true;
    window.for_each_element([&](std::int64_t at) WEFT_INLINE_LAMBDA {
      const auto here = static_cast<std::int32_t>(at);
      if (is_first) {
        std::copy_n(x + at, size, element);
        std::fill_n(offset, size, here);
        is_first = false;
        return;
      }
#pragma omp simd
      for (std::int64_t c = 0; c < size; ++c) {
        const float next = x[at + c];
        const bool is_larger = (next > element[c]) | ((next != next) & (element[c] == element[c]));
        element[c] = is_larger ? next : element[c];
        offset[c] = is_larger ? here : offset[c];
      }
    });
  }
};

/// The same without offsets.
WEFT_INLINE void largest_of_window(const ChannelsLastWindow& window, const float* x, std::int64_t size, float* y) {
  bool is_first = true;
  window.for_each_element([&](std::int64_t at) WEFT_INLINE_LAMBDA {
    if (std::exchange(is_first, false)) {
      std::copy_n(x + at, size, y);
      return;
    }
#pragma omp simd
    for (std::int64_t c = 0; c < size; ++c) {
      const float next = x[at + c];
      y[c] = (next > y[c]) | ((next != next) & (y[c] == y[c])) ? next : y[c];
    }
  });
}

/// Sets a block of x to zeros.
WEFT_INLINE void clear(const ChannelsLastPool& pool, std::int64_t size, float* x) {
  for (std::int64_t place = 0; place < pool.form.input_volume(); ++place)
    std::fill_n(x + place * pool.form.channels, size, 0.0F);
}

/// Blocks [first, last) of x's or y's channels: operands and result as the op's.
using PoolLoop = void(const ChannelsLastPool& pool, Range blocks, const float* first, const float* second,
                      float* result);

WEFT_VECTORISED void max_pool_blocks(const ChannelsLastPool& pool, Range blocks, const float* x, const float*,
                                     float* y) {
  for (std::int64_t i = blocks.first; i < blocks.last; ++i) {
    const ChannelBlock block = pool.block(i);
    for_each_window(pool, [&](const ChannelsLastWindow& window) WEFT_INLINE_LAMBDA {
      largest_of_window(window, x + block.x, block.size, y + block.y + window.in_y());
    });
  }
}

WEFT_VECTORISED void max_pool_of_values_blocks(const ChannelsLastPool& pool, Range blocks, const float* x,
                                               const float* values, float* y) {
  for (std::int64_t i = blocks.first; i < blocks.last; ++i) {
    const ChannelBlock block = pool.block(i);
    for_each_window(pool, [&](const ChannelsLastWindow& window) WEFT_INLINE_LAMBDA {
      const ChannelMaxima maxima(window, x + block.x, block.size);
      float* to = y + block.y + window.in_y();
      for (std::int64_t c = 0; c < block.size; ++c) to[c] = values[block.x + maxima.offset[c] + c];
    });
  }
}

WEFT_VECTORISED void max_pool_gradient_blocks(const ChannelsLastPool& pool, Range blocks, const float* x,
                                              const float* cotangent, float* y) {
  for (std::int64_t i = blocks.first; i < blocks.last; ++i) {
    const ChannelBlock block = pool.block(i);
    float* const of_block = y + block.x;
    clear(pool, block.size, of_block);
    for_each_window(pool, [&](const ChannelsLastWindow& window) WEFT_INLINE_LAMBDA {
      const ChannelMaxima maxima(window, x + block.x, block.size);
      const float* from = cotangent + block.y + window.in_y();
      window.for_each_element([&](std::int64_t at) WEFT_INLINE_LAMBDA {
        const auto here = static_cast<std::int32_t>(at);
        float* to = of_block + at;
#pragma omp simd
        for (std::int64_t c = 0; c < block.size; ++c) to[c] += maxima.offset[c] == here ? from[c] : 0.0F;
      });
    });
  }
}

WEFT_VECTORISED void average_pool_blocks(const ChannelsLastPool& pool, Range blocks, const float* x, const float*,
                                         float* y) {
  for (std::int64_t i = blocks.first; i < blocks.last; ++i) {
    const ChannelBlock block = pool.block(i);
    for_each_window(pool, [&](const ChannelsLastWindow& window) WEFT_INLINE_LAMBDA {
      float* to = y + block.y + window.in_y();
      std::fill_n(to, block.size, 0.0F);
      window.for_each_element([&](std::int64_t at) WEFT_INLINE_LAMBDA {
        const float* from = x + block.x + at;
#pragma omp simd
        for (std::int64_t c = 0; c < block.size; ++c) to[c] += from[c];
      });
      const float count = window.count();
#pragma omp simd
      for (std::int64_t c = 0; c < block.size; ++c) to[c] /= count;
    });
  }
}

WEFT_VECTORISED void average_pool_gradient_blocks(const ChannelsLastPool& pool, Range blocks, const float* cotangent,
                                                  const float*, float* x) {
  for (std::int64_t i = blocks.first; i < blocks.last; ++i) {
    const ChannelBlock block = pool.block(i);
    clear(pool, block.size, x + block.x);
    for_each_window(pool, [&](const ChannelsLastWindow& window) WEFT_INLINE_LAMBDA {
      float part[channel_block];
      const float* from = cotangent + block.y + window.in_y();
      const float count = window.count();
#pragma omp simd
      for (std::int64_t c = 0; c < block.size; ++c) part[c] = from[c] / count;
      window.for_each_element([&](std::int64_t at) WEFT_INLINE_LAMBDA {
        float* to = x + block.x + at;
#pragma omp simd
        for (std::int64_t c = 0; c < block.size; ++c) to[c] += part[c];
      });
    });
  }
}

PoolLoop* loop_of(PoolKind kind) {
  switch (kind) {
    case PoolKind::maximum:
      return max_pool_blocks;
    case PoolKind::maximum_of_values:
      return max_pool_of_values_blocks;
    case PoolKind::maximum_gradient:
      return max_pool_gradient_blocks;
    case PoolKind::average:
      return average_pool_blocks;
    case PoolKind::average_gradient:
      return average_pool_gradient_blocks;
  }
  return nullptr;
}

}  // namespace

Kernel channels_last_pool(const KernelSpec& spec, PoolKind kind) {
  const TensorType& x = kind == PoolKind::average_gradient ? spec.results[0] : spec.operands[0];
  const ChannelsLastPool pool{pool_form(x.shape, spec.node.attributes),
                              spec.node.attributes.get_or("count_padding", false)};
  const std::int64_t blocks = pool.form.batch * pool.blocks_of_image();
  constexpr double most = 1e6;
  const auto work = static_cast<std::int64_t>(std::min(pool_flops(pool.form) / static_cast<double>(blocks), most));
  return {[pool, blocks, work, run = loop_of(kind), two = spec.operands.size() == 2](const KernelBuffers& buffers) {
    parallel_for(blocks, work, [&](Range range) {
      run(pool, range, buffers.operand<float>(0), two ? buffers.operand<float>(1) : nullptr, buffers.result<float>(0));
    });
  }};
}

}  // namespace weft::onednn
