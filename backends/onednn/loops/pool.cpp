#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/pool_channels_last.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "ops/convolution/windows.h"

// Row by row of y, several windows of a row at once. A plane is one thread's; where channels come last, see
// pool_channels_last.cpp.

namespace weft::onednn {
namespace {

/// An axis, and its windows [first, last) that lie wholly within x.
struct PoolAxis : WindowAxis {
  WindowAxis::Range inner;

  explicit PoolAxis(const WindowAxis& axis) : WindowAxis(axis) {
    inner = {windows_with(0).first, windows_with(window - 1).last};
  }
  /// What elements_of says, without its divisions where it can.
  WEFT_INLINE WindowAxis::Range elements(std::int64_t i) const {
    return inner.first <= i && i < inner.last ? WindowAxis::Range{0, window} : elements_of(i);
  }
};

struct Pool {
  PoolForm form;
  std::array<PoolAxis, 3> axes;
  /// A column of the windows, and those windows [first, last) that have it within x.
  struct Column {
    std::int64_t column;
    WindowAxis::Range windows;
  };
  std::vector<Column> columns;  ///< but those that lie in the padding of every window
  std::vector<float> counts;    ///< the elements that each window of a row takes along that row

  Pool(const PoolForm& of, const Attributes& attributes)
      : form(of),
        axes{PoolAxis(form.axes[0]), PoolAxis(form.axes[1]), PoolAxis(form.axes[2])},
        count_padding_(attributes.get_or("count_padding", false)) {
    const WindowAxis& width = form.axes[2];
    std::int64_t next = 0;
    for (std::int64_t window = width.output; window-- > 0;) {
      const WindowAxis::Range within = width.elements_of(window);
      for (next = std::max(next, within.first); next < within.last; ++next)
        columns.push_back({next, width.windows_with(next)});
    }
    for (std::int64_t window = 0; window < width.output; ++window)
      counts.push_back(count(2, width.elements_of(window)));
  }

  std::int64_t input() const { return form.input_volume(); }
  /// Elements touched for a plane.
  std::int64_t work() const {
    constexpr double most = 1e6;
    return static_cast<std::int64_t>(std::min(pool_flops(form) / static_cast<double>(form.planes()), most));
  }
  /// The elements that a window takes along an axis, of which those lie within x.
  WEFT_INLINE float count(std::size_t axis, const WindowAxis::Range& within) const {
    return static_cast<float>(count_padding_ ? axes[axis].window : within.last - within.first);
  }

 private:
  bool count_padding_;
};

/// Windows of a row that are worked on at once, in registers.
struct WindowChunk {
  WindowAxis::Range planes;  ///< the elements of the windows that lie within x, along each axis
  WindowAxis::Range rows;
  WindowAxis::Range columns;
  std::int64_t start;  ///< where the first of these elements, of the first window, lies in x's plane
  std::int64_t place;  ///< where the first window lies in y's plane
  std::int64_t done;   ///< windows that the chunk before had too
};

template <std::int64_t lanes>
using LaneCount = std::integral_constant<std::int64_t, lanes>;

/// Calls visit(LaneCount, chunk) for windows of a row of y. A chunk has several where they lie within x along the row;
/// the last one reaches back into the one before, so as to be full.
template <typename Visit>
WEFT_INLINE void for_each_chunk(const Pool& pool, std::int64_t depth, std::int64_t height, Range windows,
                                const Visit& visit) {
  const PoolAxis& d = pool.axes[0];
  const PoolAxis& h = pool.axes[1];
  const PoolAxis& w = pool.axes[2];
  WindowChunk chunk{d.elements(depth), h.elements(height), {}, 0, 0, 0};
  const std::int64_t start =
      (d.place(depth, chunk.planes.first) * h.input + h.place(height, chunk.rows.first)) * w.input;
  const std::int64_t row = (depth * h.output + height) * w.output;
  const Range inner{std::max(windows.first, w.inner.first), std::min(windows.last, w.inner.last)};
  const auto at = [&](auto lanes, std::int64_t window) WEFT_INLINE_LAMBDA {
    const std::int64_t first = lanes == 1 ? window : std::min(window, inner.last - lanes);
    chunk.columns = lanes == 1 ? w.elements(first) : WindowAxis::Range{0, w.window};
    chunk.start = start + w.place(first, chunk.columns.first);
    chunk.place = row + first;
    chunk.done = window - first;
    visit(lanes, chunk);
    return first + lanes;
  };
  std::int64_t window = windows.first;
  while (window < windows.last)
    if (window < inner.first || window >= inner.last || inner.size() < 4)
      window = at(LaneCount<1>(), window);
    else if (inner.size() < 8)
      window = at(LaneCount<4>(), window);
    else
      window = at(LaneCount<8>(), window);
}

/// The same for all windows of a plane.
template <typename Visit>
WEFT_INLINE void for_each_chunk(const Pool& pool, const Visit& visit) {
  const auto& [d, h, w] = pool.form.axes;
  for (std::int64_t depth = 0; depth < d.output; ++depth)
    for (std::int64_t height = 0; height < h.output; ++height)
      for_each_chunk(pool, depth, height, {0, w.output}, visit);
}

/// Calls visit(place in x's plane) for each element of the first window of a chunk.
template <typename Visit>
WEFT_INLINE void for_each_place(const Pool& pool, const WindowChunk& chunk, const Visit& visit) {
  const auto& [d, h, w] = pool.axes;
  for (std::int64_t plane = 0; plane < chunk.planes.last - chunk.planes.first; ++plane)
    for (std::int64_t row = 0; row < chunk.rows.last - chunk.rows.first; ++row) {
      const std::int64_t start = chunk.start + (plane * h.input + row) * w.input;
      for (std::int64_t column = 0; column < chunk.columns.last - chunk.columns.first; ++column) visit(start + column);
    }
}

/// A number for each window of a chunk. The vector has four at least: choosing in vectors takes no branch.
template <typename T, std::int64_t lanes>
struct Lanes {
  static constexpr std::int64_t width = std::max<std::int64_t>(lanes, 4);
  typedef T Vector __attribute__((vector_size(width * sizeof(T))));
  Vector vector{};

  template <typename Stride>
  WEFT_INLINE void load(const T* from, Stride stride) {
    if constexpr (lanes == width && std::is_same_v<Stride, std::integral_constant<std::int64_t, 1>>)
      std::memcpy(&vector, from, sizeof(vector));
    else if constexpr (lanes == width && std::is_same_v<Stride, std::integral_constant<std::int64_t, 2>>)
      load_even(from, std::make_integer_sequence<std::int64_t, lanes>());
    else
      for (std::int64_t i = 0; i < lanes; ++i) vector[i] = from[i * stride];
  }
  WEFT_INLINE void store(T* to) const { std::memcpy(to, &vector, lanes * sizeof(T)); }

 private:
  /// Reads nothing beyond the last number.
  template <std::int64_t... i>
  WEFT_INLINE void load_even(const T* from, std::integer_sequence<std::int64_t, i...>) {
    Vector low;
    Vector high;
    std::memcpy(&low, from, sizeof(low));
    std::memcpy(&high, from + lanes - 1, sizeof(high));
    vector = __builtin_shufflevector(low, high, (2 * i < lanes ? 2 * i : 2 * i + 1)...);
  }
};

/// The largest element of each window of a chunk, and where it lies in x's plane.
template <std::int64_t lanes>
struct Maxima {
  Lanes<float, lanes> element;
  Lanes<std::int32_t, lanes> place;

  template <typename Stride>
  WEFT_INLINE Maxima(const Pool& pool, const WindowChunk& chunk, const float* x, Stride stride) {
    Lanes<std::int32_t, lanes> steps;
    for (std::int64_t i = 0; i < lanes; ++i) steps.vector[i] = static_cast<std::int32_t>(i * stride);
    element.load(x + chunk.start, stride);
    place.vector = steps.vector + static_cast<std::int32_t>(chunk.start);
    for_each_place(pool, chunk, [&](std::int64_t at) WEFT_INLINE_LAMBDA {
      Lanes<float, lanes> next;
      next.load(x + at, stride);
      const auto larger =
          (next.vector > element.vector) | ((next.vector != next.vector) & (element.vector == element.vector));
      element.vector = larger ? next.vector : element.vector;
      place.vector = larger ? steps.vector + static_cast<std::int32_t>(at) : place.vector;
    });
  }
};

struct MaxPool {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* x, const float* /*second*/, float* y, Stride stride) {
    for_each_chunk(pool, [&](auto lanes, const WindowChunk& chunk) WEFT_INLINE_LAMBDA {
      Lanes<float, lanes> largest;
      largest.vector -= std::numeric_limits<float>::infinity();
      for_each_place(pool, chunk, [&](std::int64_t at) WEFT_INLINE_LAMBDA {
        Lanes<float, lanes> next;
        next.load(x + at, stride);
        const auto stays = (largest.vector > next.vector) | (largest.vector != largest.vector);
        largest.vector = stays ? largest.vector : next.vector;
      });
      largest.store(y + chunk.place);
    });
  }
};

struct MaxPoolOfValues {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* x, const float* values, float* y, Stride stride) {
    for_each_chunk(pool, [&](auto lanes, const WindowChunk& chunk) WEFT_INLINE_LAMBDA {
      const Maxima<lanes> maxima(pool, chunk, x, stride);
      for (std::int64_t i = 0; i < lanes; ++i) y[chunk.place + i] = values[maxima.place.vector[i]];
    });
  }
};

struct AveragePool {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* x, const float* /*second*/, float* y, Stride stride) {
    for_each_chunk(pool, [&](auto lanes, const WindowChunk& chunk) WEFT_INLINE_LAMBDA {
      Lanes<float, lanes> sum;
      for_each_place(pool, chunk, [&](std::int64_t at) WEFT_INLINE_LAMBDA {
        Lanes<float, lanes> next;
        next.load(x + at, stride);
        sum.vector += next.vector;
      });
      sum.vector /= pool.count(0, chunk.planes) * pool.count(1, chunk.rows) * pool.count(2, chunk.columns);
      sum.store(y + chunk.place);
    });
  }
};

/// Windows of a row that are worked on at once: what is known of them stays in the cache.
constexpr std::int64_t window_block = 128;

/// Calls visit(first window, last window, place) for each element of a row's windows: window i has it at place + i *
/// stride of x's plane.
template <typename Visit>
WEFT_INLINE void for_each_element(const Pool& pool, std::int64_t depth, std::int64_t height, Range windows,
                                  const Visit& visit) {
  const auto& [d, h, w] = pool.axes;
  const WindowAxis::Range planes = d.elements(depth);
  const WindowAxis::Range rows = h.elements(height);
  for (std::int64_t plane = planes.first; plane < planes.last; ++plane)
    for (std::int64_t row = rows.first; row < rows.last; ++row) {
      const std::int64_t start = (d.place(depth, plane) * h.input + h.place(height, row)) * w.input;
      for (const auto& [column, with] : pool.columns)
        visit(std::max(windows.first, with.first), std::min(windows.last, with.last), start + w.place(0, column));
    }
}

/// Calls visit(depth, height, windows, place of the row in y's plane) for each row of y, block by block.
template <typename Visit>
WEFT_INLINE void for_each_block(const Pool& pool, const Visit& visit) {
  const auto& [d, h, w] = pool.form.axes;
  for (std::int64_t depth = 0; depth < d.output; ++depth)
    for (std::int64_t height = 0; height < h.output; ++height)
      for (std::int64_t first = 0; first < w.output; first += window_block)
        visit(depth, height, Range{first, std::min(w.output, first + window_block)},
              (depth * h.output + height) * w.output);
}

/// In order of the columns, whole blocks at a time: where windows overlap, an element is not written again right away.
struct AveragePoolGradient {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* cotangent, const float* /*second*/, float* x,
                                Stride stride) {
    float part[window_block];
    std::fill_n(x, pool.input(), 0.0F);
    for_each_block(
        pool, [&](std::int64_t depth, std::int64_t height, Range windows, std::int64_t row) WEFT_INLINE_LAMBDA {
          const float rows = pool.count(0, pool.axes[0].elements(depth)) * pool.count(1, pool.axes[1].elements(height));
          const float* counts = pool.counts.data();
#pragma omp simd
          for (std::int64_t window = windows.first; window < windows.last; ++window)
            part[window - windows.first] = cotangent[row + window] / (rows * counts[window]);
          for_each_element(pool, depth, height, windows,
                           [&](std::int64_t first, std::int64_t last, std::int64_t at) WEFT_INLINE_LAMBDA {
#pragma omp simd
                             for (std::int64_t window = first; window < last; ++window)
                               x[at + window * stride] += part[window - windows.first];
                           });
        });
  }
};

/// Along a line, neighbouring windows mostly have one largest element, and adding to it would wait for itself: a block of
/// them is gone through column by column, as above, and each element takes what is its own. Elsewhere each window adds to
/// its largest element.
struct MaxPoolGradient {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* x, const float* cotangent, float* y, Stride stride) {
    std::fill_n(y, pool.input(), 0.0F);
    if constexpr (std::is_same_v<Stride, std::integral_constant<std::int64_t, 1>>)
      if (is_long_line(pool.form.axes)) return by_columns(pool, x, cotangent, y);
    for_each_chunk(pool, [&](auto lanes, const WindowChunk& chunk) WEFT_INLINE_LAMBDA {
      const Maxima<lanes> maxima(pool, chunk, x, stride);
      std::int32_t places[lanes];
      maxima.place.store(places);
      for (std::int64_t i = chunk.done; i < lanes; ++i) y[places[i]] += cotangent[chunk.place + i];
    });
  }

 private:
  /// Of larger windows, or for less than a block, asking each element of each window costs more than it saves.
  static bool is_long_line(const WindowAxes& axes) {
    const auto& [d, h, w] = axes;
    return d.window == 1 && h.window == 1 && w.window <= 16 && w.output >= window_block;
  }

  WEFT_INLINE static void by_columns(const Pool& pool, const float* x, const float* cotangent, float* y) {
    std::int32_t places[window_block];
    for_each_block(pool, [&](std::int64_t depth, std::int64_t height, Range windows,
                             std::int64_t row) WEFT_INLINE_LAMBDA {
      for_each_chunk(pool, depth, height, windows, [&](auto lanes, const WindowChunk& chunk) WEFT_INLINE_LAMBDA {
        Maxima<lanes>(pool, chunk, x, LaneCount<1>()).place.store(places + (chunk.place - row - windows.first));
      });
      for_each_element(pool, depth, height, windows,
                       [&](std::int64_t first, std::int64_t last, std::int64_t at) WEFT_INLINE_LAMBDA {
#pragma omp simd
                         for (std::int64_t window = first; window < last; ++window)
                           y[at + window] += places[window - windows.first] == static_cast<std::int32_t>(at + window)
                                                 ? cotangent[row + window]
                                                 : 0.0F;
                       });
    });
  }
};

/// The planes of a range; strides of 1 and 2 have loops of their own.
template <typename Of>
WEFT_VECTORISED void run_planes(const Pool& pool, Range planes, const float* first, std::int64_t first_size,
                                const float* second, std::int64_t second_size, float* result,
                                std::int64_t result_size) {
  const std::int64_t stride = pool.form.axes[2].stride;
  for (std::int64_t plane = planes.first; plane < planes.last; ++plane) {
    const float* a = first + plane * first_size;
    const float* b = second == nullptr ? nullptr : second + plane * second_size;
    float* y = result + plane * result_size;
    if (stride == 1)
      Of::plane(pool, a, b, y, std::integral_constant<std::int64_t, 1>());
    else if (stride == 2)
      Of::plane(pool, a, b, y, std::integral_constant<std::int64_t, 2>());
    else
      Of::plane(pool, a, b, y, stride);
  }
}

template <typename Of>
Kernel pool_kernel(const KernelSpec& spec, PoolKind kind) {
  require_f32(spec);
  const Shape& x = (kind == PoolKind::average_gradient ? spec.results : spec.operands)[0].shape;
  const PoolForm form = pool_form(x, spec.node.attributes);
  const std::int64_t reach = form.input_volume() * (form.channels_last ? form.channels : 1);
  require(reach <= std::numeric_limits<std::int32_t>::max(),
          "x has {} elements {}: the onednn backend takes {} at most", reach,
          form.channels_last ? "an image" : "a plane", std::numeric_limits<std::int32_t>::max());
  if (form.channels_last) return channels_last_pool(spec, kind);
  Pool pool(form, spec.node.attributes);
  const std::int64_t planes = form.planes();
  const auto size = [planes](const TensorType& type) { return type.shape.volume() / planes; };
  const bool two = spec.operands.size() == 2;
  return {[pool = std::move(pool), two, planes, first_size = size(spec.operands[0]),
           second_size = two ? size(spec.operands[1]) : 0,
           result_size = size(spec.results[0])](const KernelBuffers& buffers) {
    parallel_for(planes, pool.work(), [&](Range range) {
      run_planes<Of>(pool, range, buffers.operand<float>(0), first_size, two ? buffers.operand<float>(1) : nullptr,
                     second_size, buffers.result<float>(0), result_size);
    });
  }};
}

}  // namespace

Kernel max_pool(const KernelSpec& spec) {
  return spec.operands.size() == 1 ? pool_kernel<MaxPool>(spec, PoolKind::maximum)
                                   : pool_kernel<MaxPoolOfValues>(spec, PoolKind::maximum_of_values);
}

Kernel max_pool_gradient(const KernelSpec& spec) {
  return pool_kernel<MaxPoolGradient>(spec, PoolKind::maximum_gradient);
}

Kernel average_pool(const KernelSpec& spec) { return pool_kernel<AveragePool>(spec, PoolKind::average); }

Kernel average_pool_gradient(const KernelSpec& spec) {
  return pool_kernel<AveragePoolGradient>(spec, PoolKind::average_gradient);
}

}  // namespace weft::onednn
