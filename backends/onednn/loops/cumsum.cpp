#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/axis_blocks.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "ops/forms.h"

namespace weft::onednn {
namespace {

constexpr std::int64_t most_cumsum_columns = 64;

// The sums along `count` rows, `stride` apart (backwards when it is negative), of neighbouring columns. Each is one
// chain of additions, in the order of the elements.
template <typename T>
WEFT_VECTORISED void add_up(const T* x, T* y, std::int64_t count, std::int64_t stride, std::int64_t columns) {
  T sums[most_cumsum_columns] = {};
  for (std::int64_t i = 0; i < count; ++i) {
#pragma omp simd
    for (std::int64_t c = 0; c < columns; ++c) {
      sums[c] += x[i * stride + c];
      y[i * stride + c] = sums[c];
    }
  }
}

template <typename T>
Kernel cumsum_of(const KernelSpec& spec) {
  const CumsumForm form = cumsum_form(spec.node);
  const AxisBlocks blocks(spec.operands[0].shape, form.axis);
  return {[blocks, reverse = form.reverse](const KernelBuffers& buffers) {
    const T* x = buffers.operand<T>(0);
    T* y = buffers.result<T>(0);
    const std::int64_t strips = (blocks.inner + most_cumsum_columns - 1) / most_cumsum_columns;
    const std::int64_t columns = std::min(most_cumsum_columns, blocks.inner);
    const std::int64_t first_row = reverse ? (blocks.extent - 1) * blocks.inner : 0;
    parallel_for(blocks.outer * strips, columns * blocks.extent, [&](Range range) {
      for (std::int64_t i = range.first; i < range.last; ++i) {
        const std::int64_t column = i % strips * most_cumsum_columns;
        const std::int64_t start = i / strips * blocks.extent * blocks.inner + first_row + column;
        add_up(x + start, y + start, blocks.extent, reverse ? -blocks.inner : blocks.inner,
               std::min(most_cumsum_columns, blocks.inner - column));
      }
    });
  }};
}

}  // namespace

Kernel cumsum(const KernelSpec& spec) {
  // Integers are added as unsigned ones, so that overflow wraps around.
  if (spec.operands[0].dtype == DType::i32) return cumsum_of<std::uint32_t>(spec);
  require_f32(spec);
  return cumsum_of<float>(spec);
}

}  // namespace weft::onednn
