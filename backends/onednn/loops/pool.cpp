#include <algorithm>
#include <limits>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "ops/convolution/windows.h"

// Row by row of y: for each element of a window, what it is of all windows of the row. A plane is one thread's.

namespace weft::onednn {
namespace {

/// Windows of a row that are worked on at once: what is known of them stays in the cache.
constexpr std::int64_t block = 128;

struct Pool {
  PoolForm form;
  /// A column of the windows, and those windows [first, last) that have it within x.
  struct Column {
    std::int64_t column;
    WindowAxis::Range windows;
  };
  std::vector<Column> columns;  ///< but those that lie in the padding of every window
  std::vector<float> counts;    ///< the elements that each window of a row takes along that row

  Pool(const Shape& x, const Attributes& attributes)
      : form(pool_form(x, attributes)), count_padding_(attributes.get_or("count_padding", false)) {
    const WindowAxis& width = form.axes[2];
    std::int64_t next = 0;
    for (std::int64_t window = width.output; window-- > 0;) {
      const WindowAxis::Range within = width.elements_of(window);
      for (next = std::max(next, within.first); next < within.last; ++next)
        columns.push_back({next, width.windows_with(next)});
    }
    for (std::int64_t window = 0; window < width.output; ++window) counts.push_back(count(width, window));
  }

  std::int64_t input() const { return form.axes[0].input * form.axes[1].input * form.axes[2].input; }
  std::int64_t output() const { return form.axes[0].output * form.axes[1].output * form.axes[2].output; }
  /// Elements touched for a plane.
  std::int64_t work() const {
    constexpr double most = 1e6;
    return static_cast<std::int64_t>(std::min(pool_flops(form) / static_cast<double>(form.planes), most));
  }
  /// The elements that a window of that row of y takes along the other axes.
  float rows(std::int64_t depth, std::int64_t height) const {
    return count(form.axes[0], depth) * count(form.axes[1], height);
  }

 private:
  float count(const WindowAxis& axis, std::int64_t window) const {
    const WindowAxis::Range within = axis.elements_of(window);
    return static_cast<float>(count_padding_ ? axis.window : within.last - within.first);
  }

  bool count_padding_;
};

/// Calls visit(first window, last window, place) for each element of a row's windows: window i has it at place + i *
/// stride of x's plane.
template <typename Visit>
WEFT_INLINE void for_each_element(const Pool& pool, std::int64_t depth, std::int64_t height, Range windows,
                                  const Visit& visit) {
  const auto& [d, h, w] = pool.form.axes;
  const WindowAxis::Range planes = d.elements_of(depth);
  const WindowAxis::Range rows = h.elements_of(height);
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
      for (std::int64_t first = 0; first < w.output; first += block)
        visit(depth, height, Range{first, std::min(w.output, first + block)}, (depth * h.output + height) * w.output);
}

/// The largest element of each window of a block, and where it lies in x's plane.
struct Maxima {
  float element[block];
  std::int32_t place[block];

  template <typename Stride>
  WEFT_INLINE void find(const Pool& pool, std::int64_t depth, std::int64_t height, Range windows, const float* x,
                        Stride stride) {
    for (std::int64_t i = 0; i < windows.size(); ++i) place[i] = -1;
    for_each_element(pool, depth, height, windows,
                     [&](std::int64_t first, std::int64_t last, std::int64_t at) WEFT_INLINE_LAMBDA {
#pragma omp simd
                       for (std::int64_t window = first; window < last; ++window) {
                         const std::int64_t i = window - windows.first;
                         const float next = x[at + window * stride];
                         const float best = element[i];
                         const bool larger = (next > best) | ((next != next) & (best == best)) | (place[i] < 0);
                         element[i] = larger ? next : best;
                         place[i] = larger ? static_cast<std::int32_t>(at + window * stride) : place[i];
                       }
                     });
  }
};

struct MaxPool {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* x, const float* /*second*/, float* y, Stride stride) {
    std::fill_n(y, pool.output(), -std::numeric_limits<float>::infinity());
    for_each_block(pool,
                   [&](std::int64_t depth, std::int64_t height, Range windows, std::int64_t row) WEFT_INLINE_LAMBDA {
                     float* largest = y + row;
                     for_each_element(pool, depth, height, windows,
                                      [&](std::int64_t first, std::int64_t last, std::int64_t at) WEFT_INLINE_LAMBDA {
#pragma omp simd
                                        for (std::int64_t window = first; window < last; ++window)
                                          largest[window] = Max()(largest[window], x[at + window * stride]);
                                      });
                   });
  }
};

struct MaxPoolOfValues {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* x, const float* values, float* y, Stride stride) {
    Maxima maxima{};
    for_each_block(pool,
                   [&](std::int64_t depth, std::int64_t height, Range windows, std::int64_t row) WEFT_INLINE_LAMBDA {
                     maxima.find(pool, depth, height, windows, x, stride);
                     for (std::int64_t i = 0; i < windows.size(); ++i)
                       y[row + windows.first + i] = values[maxima.place[i]];
                   });
  }
};

struct MaxPoolGradient {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* x, const float* cotangent, float* y, Stride stride) {
    Maxima maxima{};
    std::fill_n(y, pool.input(), 0.0F);
    for_each_block(pool,
                   [&](std::int64_t depth, std::int64_t height, Range windows, std::int64_t row) WEFT_INLINE_LAMBDA {
                     maxima.find(pool, depth, height, windows, x, stride);
                     for (std::int64_t i = 0; i < windows.size(); ++i)
                       y[maxima.place[i]] += cotangent[row + windows.first + i];
                   });
  }
};

struct AveragePool {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* x, const float* /*second*/, float* y, Stride stride) {
    std::fill_n(y, pool.output(), 0.0F);
    for_each_block(pool,
                   [&](std::int64_t depth, std::int64_t height, Range windows, std::int64_t row) WEFT_INLINE_LAMBDA {
                     float* sum = y + row;
                     for_each_element(pool, depth, height, windows,
                                      [&](std::int64_t first, std::int64_t last, std::int64_t at) WEFT_INLINE_LAMBDA {
#pragma omp simd
                                        for (std::int64_t window = first; window < last; ++window)
                                          sum[window] += x[at + window * stride];
                                      });
                     const float rows = pool.rows(depth, height);
                     const float* counts = pool.counts.data();
#pragma omp simd
                     for (std::int64_t window = windows.first; window < windows.last; ++window)
                       sum[window] /= rows * counts[window];
                   });
  }
};

struct AveragePoolGradient {
  template <typename Stride>
  WEFT_INLINE static void plane(const Pool& pool, const float* cotangent, const float* /*second*/, float* x,
                                Stride stride) {
    float part[block];
    std::fill_n(x, pool.input(), 0.0F);
    for_each_block(pool,
                   [&](std::int64_t depth, std::int64_t height, Range windows, std::int64_t row) WEFT_INLINE_LAMBDA {
                     const float rows = pool.rows(depth, height);
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
Kernel pool_kernel(const KernelSpec& spec, const Shape& x) {
  require_f32(spec);
  Pool pool(x, spec.node.attributes);
  require(pool.input() <= std::numeric_limits<std::int32_t>::max(),
          "x has {} elements a plane: the onednn backend takes {} at most", pool.input(),
          std::numeric_limits<std::int32_t>::max());
  const std::int64_t planes = pool.form.planes;
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
  const Shape& x = spec.operands[0].shape;
  return spec.operands.size() == 1 ? pool_kernel<MaxPool>(spec, x) : pool_kernel<MaxPoolOfValues>(spec, x);
}

Kernel max_pool_gradient(const KernelSpec& spec) { return pool_kernel<MaxPoolGradient>(spec, spec.operands[0].shape); }

Kernel average_pool(const KernelSpec& spec) { return pool_kernel<AveragePool>(spec, spec.operands[0].shape); }

Kernel average_pool_gradient(const KernelSpec& spec) {
  return pool_kernel<AveragePoolGradient>(spec, spec.results[0].shape);
}

}  // namespace weft::onednn
