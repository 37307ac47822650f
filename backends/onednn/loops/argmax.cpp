#include <limits>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/axis_blocks.h"
#include "backends/onednn/loops/lane.h"
#include "backends/onednn/parallel.h"
#include "ops/forms.h"

namespace weft::onednn {
namespace {

// The maximum first, which vectorises, and then the first place that holds it. When there is a NaN, the maximum is one
// and equals nothing; when there is none, no element differs from itself: so the search is for either.
template <typename T>
WEFT_VECTORISED std::int32_t argmax_row(const T* x, std::int64_t count) {
  const T max = reduce_lanes(count, std::numeric_limits<T>::lowest(), Max{},
                             [x](std::int64_t i) WEFT_INLINE_LAMBDA { return x[i]; });
  constexpr std::int64_t block = 64;
  std::int64_t first = 0;
  for (; first + block <= count; first += block) {
    int found = 0;
#pragma omp simd reduction(| : found)
    for (std::int64_t i = 0; i < block; ++i)
      found |= static_cast<int>(x[first + i] == max) | static_cast<int>(x[first + i] != x[first + i]);
    if (found != 0) break;
  }
  for (std::int64_t i = first; i < count; ++i)
    if (x[i] == max || x[i] != x[i]) return static_cast<std::int32_t>(i);
  return 0;  // All are minus infinity.
}

template <typename T>
std::int32_t argmax_column(const T* x, std::int64_t count, std::int64_t stride) {
  std::int64_t best = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const T here = x[i * stride];
    if (here != here) return static_cast<std::int32_t>(i);
    if (here > x[best * stride]) best = i;
  }
  return static_cast<std::int32_t>(best);
}

}  // namespace

Kernel argmax(const KernelSpec& spec) {
  return dispatch_number(spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const AxisBlocks blocks(spec.operands[0].shape, axis_of(spec.node));
    return {[blocks](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      auto* y = buffers.result<std::int32_t>(0);
      parallel_for(blocks.outer * blocks.inner, blocks.extent, [&](Range range) {
        for (std::int64_t i = range.first; i < range.last; ++i) {
          const T* start = x + i / blocks.inner * blocks.extent * blocks.inner + i % blocks.inner;
          y[i] =
              blocks.inner == 1 ? argmax_row(start, blocks.extent) : argmax_column(start, blocks.extent, blocks.inner);
        }
      });
    }};
  });
}

}  // namespace weft::onednn
