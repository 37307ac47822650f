#include <array>
#include <limits>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/lane.h"
#include "backends/onednn/parallel.h"
#include "ops/forms.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"

// A reduction's axes, those of extent 1 left out and neighbours of one kind joined, are outer kept ones, outer reduced
// ones, and the innermost one, along which memory is contiguous:
// - when it is reduced, each result combines runs of memory, cut into chunks, each by reduce_lanes;
// - when it is kept, each result row combines rows, elementwise.
// Chunks and the order in which parts are combined depend on the shape alone.

namespace weft::onednn {
namespace {

constexpr std::int64_t run_chunk = 16384;
static_assert(longest_fused_row <= run_chunk);  // so that a fused reduction adds in the same order

struct Times {
  template <typename T>
  WEFT_INLINE T operator()(T a, T b) const {
    return a * b;
  }
};

struct ReducedAxis {
  std::int64_t extent = 1;
  std::int64_t stride = 1;
};

/// The axes of one kind outside of the innermost one.
class Axes {
 public:
  void add_inside(const ReducedAxis& axis) { axes_[rank_++] = axis; }
  std::int64_t volume() const {
    std::int64_t product = 1;
    for (std::size_t i = 0; i < rank_; ++i) product *= axes_[i].extent;
    return product;
  }
  /// The operand's offset of the row-major index.
  std::int64_t offset(std::int64_t index) const {
    std::int64_t sum = 0;
    for (std::size_t i = rank_; i-- > 0;) {
      sum += index % axes_[i].extent * axes_[i].stride;
      index /= axes_[i].extent;
    }
    return sum;
  }

 private:
  std::array<ReducedAxis, Shape::max_rank> axes_{};
  std::size_t rank_ = 0;
};

struct Layout {
  Axes kept;
  Axes reduced;
  std::int64_t length = 1;  ///< of the innermost axis
  bool innermost_is_reduced = true;
};

Layout layout_of(const Shape& shape, const std::vector<std::int64_t>& axes) {
  struct Joined {
    ReducedAxis axis;
    bool reduced;
  };
  std::vector<Joined> joined;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    const std::int64_t extent = shape.extents()[i];
    if (extent == 1) continue;
    const bool reduced = std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(i)) != axes.end();
    const std::int64_t stride = shape.volume_between(i + 1, shape.rank());
    if (!joined.empty() && joined.back().reduced == reduced)
      joined.back().axis = {joined.back().axis.extent * extent, stride};
    else
      joined.push_back({{extent, stride}, reduced});
  }
  Layout layout;
  if (joined.empty()) return layout;
  layout.length = joined.back().axis.extent;
  layout.innermost_is_reduced = joined.back().reduced;
  joined.pop_back();
  for (const Joined& part : joined) (part.reduced ? layout.reduced : layout.kept).add_inside(part.axis);
  return layout;
}

template <typename Combine, typename T>
WEFT_VECTORISED T reduce_run(const T* x, std::int64_t count, T neutral) {
  return reduce_lanes(count, neutral, Combine{}, [x](std::int64_t i) WEFT_INLINE_LAMBDA { return x[i]; });
}

template <typename Combine, typename T>
Kernel reduce_runs(const Layout& layout, T neutral) {
  const std::int64_t results = layout.kept.volume();
  const std::int64_t chunks = (layout.length + run_chunk - 1) / run_chunk;
  const std::int64_t parts = layout.reduced.volume() * chunks;
  const auto part = [=](const T* x, std::int64_t result, std::int64_t index) {
    const std::int64_t first = index % chunks * run_chunk;
    const T* run = x + layout.kept.offset(result) + layout.reduced.offset(index / chunks) + first;
    return reduce_run<Combine>(run, std::min(run_chunk, layout.length - first), neutral);
  };
  // Many results: threads share them. Few: threads share the parts of each, and one combines them.
  if (parts == 1 || results >= 64)
    return {[=](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      parallel_for(results, parts * std::min(run_chunk, layout.length), [&](Range range) {
        for (std::int64_t i = range.first; i < range.last; ++i) {
          T whole = part(x, i, 0);
          for (std::int64_t p = 1; p < parts; ++p) whole = Combine{}(whole, part(x, i, p));
          y[i] = whole;
        }
      });
    }};
  return {[=](const KernelBuffers& buffers) {
            const T* x = buffers.operand<T>(0);
            T* y = buffers.result<T>(0);
            T* partial = static_cast<T*>(buffers.scratch);
            parallel_for(results * parts, std::min(run_chunk, layout.length), [&](Range range) {
              for (std::int64_t i = range.first; i < range.last; ++i) partial[i] = part(x, i / parts, i % parts);
            });
            for (std::int64_t i = 0; i < results; ++i) {
              T whole = partial[i * parts];
              for (std::int64_t p = 1; p < parts; ++p) whole = Combine{}(whole, partial[i * parts + p]);
              y[i] = whole;
            }
          },
          static_cast<std::size_t>(results * parts) * sizeof(T)};
}

// y[i] = a[i] + b[i] + c[i] + d[i] + y[i], in the order y, a, b, c, d.
template <typename Combine, typename T>
WEFT_VECTORISED void combine_rows(T* y, const T* a, const T* b, const T* c, const T* d, std::int64_t count) {
  const Combine combine;
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = combine(combine(combine(combine(y[i], a[i]), b[i]), c[i]), d[i]);
}
template <typename Combine, typename T>
WEFT_VECTORISED void combine_row(T* y, const T* a, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = Combine{}(y[i], a[i]);
}

template <typename Combine, typename T>
Kernel reduce_rows(const Layout& layout) {
  const std::int64_t rows = layout.reduced.volume();
  const std::int64_t results = layout.kept.volume();
  const std::int64_t length = layout.length;
  const auto reduce_columns = [=](const T* x, T* y, std::int64_t result, std::int64_t first, std::int64_t count) {
    const T* from = x + layout.kept.offset(result) + first;
    T* to = y + result * length + first;
    std::copy_n(from, count, to);
    const auto row = [&](std::int64_t index) { return from + layout.reduced.offset(index); };
    std::int64_t r = 1;
    for (; r + 4 <= rows; r += 4) combine_rows<Combine>(to, row(r), row(r + 1), row(r + 2), row(r + 3), count);
    for (; r < rows; ++r) combine_row<Combine>(to, row(r), count);
  };
  return {[=](const KernelBuffers& buffers) {
    const T* x = buffers.operand<T>(0);
    T* y = buffers.result<T>(0);
    // Results, row-major, are shared in pieces of a cache line.
    parallel_region(results * length * rows, [&](const ThreadShare& share) {
      const Range range = share.of(results * length, 16);
      for (std::int64_t at = range.first; at < range.last;) {
        const std::int64_t first = at % length;
        const std::int64_t count = std::min(length - first, range.last - at);
        reduce_columns(x, y, at / length, first, count);
        at += count;
      }
    });
  }};
}

template <typename Combine, typename T>
Kernel reduce(const KernelSpec& spec, T neutral) {
  const Layout layout = layout_of(spec.operands[0].shape, reduction_form(spec.node).axes);
  return layout.innermost_is_reduced ? reduce_runs<Combine>(layout, neutral) : reduce_rows<Combine, T>(layout);
}

}  // namespace

Kernel reduce_sum(const KernelSpec& spec) {
  // Integers are added as unsigned ones, so that overflow wraps around.
  if (spec.operands[0].dtype == DType::i32) return reduce<Sum, std::uint32_t>(spec, 0);
  require_f32(spec);
  return reduce<Sum, float>(spec, 0.0F);
}

Kernel reduce_prod(const KernelSpec& spec) {
  // Likewise.
  if (spec.operands[0].dtype == DType::i32) return reduce<Times, std::uint32_t>(spec, 1);
  require_f32(spec);
  return reduce<Times, float>(spec, 1.0F);
}

Kernel reduce_max(const KernelSpec& spec) {
  if (spec.operands[0].dtype == DType::i32)
    return reduce<Max, std::int32_t>(spec, std::numeric_limits<std::int32_t>::lowest());
  require_f32(spec);
  return reduce<Max, float>(spec, -std::numeric_limits<float>::infinity());
}

}  // namespace weft::onednn
