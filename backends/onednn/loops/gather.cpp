#include <algorithm>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/add_rows.h"
#include "backends/onednn/parallel.h"
#include "backends/runtime/gather_blocks.h"

namespace weft::onednn {
namespace {

template <typename T>
Kernel gather_of(const GatherBlocks& blocks) {
  return {[blocks](const KernelBuffers& buffers) {
    const std::int64_t batch = blocks.batch;
    const std::int64_t outer = blocks.outer;
    const std::int64_t extent = blocks.extent;
    const std::int64_t inner = blocks.inner;
    const std::int64_t count = blocks.count;
    const T* x = buffers.operand<T>(0);
    const auto* indices = buffers.operand<std::int32_t>(1);
    T* y = buffers.result<T>(0);
    blocks.check(indices);  // before the threads start: an Error must not leave a parallel region
    parallel_for(batch * outer * count, inner, [&](Range range) {
      std::int64_t i = range.first;
      while (i < range.last) {
        const std::int64_t row = i / count;
        const std::int64_t end = std::min(range.last, (row + 1) * count);
        const T* from = x + row * extent * inner;
        const std::int32_t* of_row = indices + row / outer * count - row * count;
        if (inner == 1)
          for (; i < end; ++i) y[i] = from[of_row[i]];
        else
          for (; i < end; ++i) std::copy_n(from + of_row[i] * inner, inner, y + i * inner);
      }
    });
  }};
}

/// Columns of one strip: wide enough for vectors, and for threads to share rows that are long.
constexpr std::int64_t strip_columns = 128;

// A strip of a block of the result is one thread's, which adds the updates in their order.
template <typename T>
Kernel scatter_add_of(const GatherBlocks& blocks) {
  return {[blocks](const KernelBuffers& buffers) {
    const std::int64_t batch = blocks.batch;
    const std::int64_t outer = blocks.outer;
    const std::int64_t extent = blocks.extent;
    const std::int64_t inner = blocks.inner;
    const std::int64_t count = blocks.count;
    const T* updates = buffers.operand<T>(0);
    const auto* indices = buffers.operand<std::int32_t>(1);
    T* y = buffers.result<T>(0);
    blocks.check(indices);
    const std::int64_t strips = (inner + strip_columns - 1) / strip_columns;
    parallel_for(batch * outer * strips, (extent + count) * std::min(inner, strip_columns), [&](Range range) {
      for (std::int64_t i = range.first; i < range.last; ++i) {
        const std::int64_t row = i / strips;
        const std::int64_t column = i % strips * strip_columns;
        const std::int64_t columns = std::min(strip_columns, inner - column);
        const T* update = updates + row * count * inner + column;
        const std::int32_t* of_row = indices + row / outer * count;
        T* sums = y + row * extent * inner + column;
        if (strips == 1)
          std::fill_n(sums, extent * inner, T(0));
        else
          for (std::int64_t e = 0; e < extent; ++e) std::fill_n(sums + e * inner, columns, T(0));
        if (inner == 1)
          for (std::int64_t k = 0; k < count; ++k) sums[of_row[k]] += update[k];
        else
          for (std::int64_t k = 0; k < count; ++k) add_to(sums + of_row[k] * inner, update + k * inner, columns);
      }
    });
  }};
}

}  // namespace

Kernel gather(const KernelSpec& spec) {
  const GatherBlocks blocks(spec.operands[0].shape, spec.operands[1].shape, gather_form(spec.node));
  return dispatch_size(spec.results[0].dtype, [&]<typename T>() -> Kernel { return gather_of<T>(blocks); });
}

Kernel scatter_add(const KernelSpec& spec) {
  const GatherBlocks blocks(spec.results[0].shape, spec.operands[1].shape, gather_form(spec.node));
  // Integers are added as unsigned ones, so that overflow wraps around.
  if (spec.results[0].dtype == DType::i32) return scatter_add_of<std::uint32_t>(blocks);
  require_f32(spec);
  return scatter_add_of<float>(blocks);
}

}  // namespace weft::onednn
