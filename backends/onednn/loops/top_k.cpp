#include <algorithm>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

// A heap of the best k so far, whose top is the worst of them, in the place of the result's indices. Elements come in
// their order, so that a later one takes a place only when it is above the top; few are, and where none of a block is,
// the block is passed by.

namespace weft::onednn {
namespace {

/// Whether element i of a row comes before element k: NaNs first, then larger ones, of equals the earlier one.
template <typename T>
struct ComesBefore {
  const T* row;
  bool operator()(std::int32_t i, std::int32_t k) const {
    const T a = row[i];
    const T b = row[k];
    if (a > b || b > a) return a > b;
    const bool nan_a = a != a;
    const bool nan_b = b != b;
    return nan_a == nan_b ? i < k : nan_a;
  }
};

constexpr std::int64_t scan_block = 64;

/// Whether one of the block's elements is above the threshold, or a NaN.
template <typename T>
WEFT_VECTORISED bool may_enter(const T* x, T threshold) {
  int found = 0;
#pragma omp simd reduction(| : found)
  for (std::int64_t i = 0; i < scan_block; ++i)
    found |= static_cast<int>(x[i] > threshold) | static_cast<int>(x[i] != x[i]);
  return found != 0;
}

template <typename T>
void top_of_row(const T* x, std::int64_t extent, std::int64_t count, T* values, std::int32_t* indices) {
  const ComesBefore<T> comes_before{x};
  std::int32_t* end = indices + count;
  for (std::int64_t i = 0; i < count; ++i) indices[i] = static_cast<std::int32_t>(i);
  std::make_heap(indices, end, comes_before);
  for (std::int64_t i = count; i < extent;) {
    if (i + scan_block <= extent && !may_enter(x + i, x[indices[0]])) {
      i += scan_block;
      continue;
    }
    const std::int64_t stop = std::min(extent, i + scan_block);
    for (; i < stop; ++i) {
      const auto index = static_cast<std::int32_t>(i);
      if (!comes_before(index, indices[0])) continue;
      std::pop_heap(indices, end, comes_before);
      end[-1] = index;
      std::push_heap(indices, end, comes_before);
    }
  }
  std::sort_heap(indices, end, comes_before);
  for (std::int64_t i = 0; i < count; ++i) values[i] = x[indices[i]];
}

}  // namespace

Kernel top_k(const KernelSpec& spec) {
  return dispatch_number(spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t extent = spec.operands[0].shape[-1];
    const std::int64_t count = spec.results[0].shape[-1];
    const std::int64_t rows = spec.results[0].shape.volume() / count;
    return {[=](const KernelBuffers& buffers) {
      parallel_for(rows, extent + 8 * count, [&](Range range) {
        for (std::int64_t row = range.first; row < range.last; ++row)
          top_of_row(buffers.operand<T>(0) + row * extent, extent, count, buffers.result<T>(0) + row * count,
                     buffers.result<std::int32_t>(1) + row * count);
      });
    }};
  });
}

}  // namespace weft::onednn
