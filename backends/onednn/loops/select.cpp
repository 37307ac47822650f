#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/broadcast_walk.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

/// Strides are 0 or 1. Loops of their own for each: a stride that is no constant makes gathers of all loads.
template <typename T>
WEFT_VECTORISED void choose(const std::uint8_t* condition, std::int64_t stride_condition, const T* a,
                            std::int64_t stride_a, const T* b, std::int64_t stride_b, T* y, std::int64_t count) {
  if (stride_condition == 0) {
    const T* chosen = *condition != 0 ? a : b;
    const std::int64_t stride = *condition != 0 ? stride_a : stride_b;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = chosen[i * stride];
  } else if (stride_a == 1 && stride_b == 1) {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = condition[i] != 0 ? a[i] : b[i];
  } else if (stride_a == 1) {
    const T other = *b;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = condition[i] != 0 ? a[i] : other;
  } else if (stride_b == 1) {
    const T chosen = *a;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = condition[i] != 0 ? chosen : b[i];
  } else {
    const T chosen = *a;
    const T other = *b;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = condition[i] != 0 ? chosen : other;
  }
}

void mask_rows(const std::int32_t* lengths, std::uint8_t* mask, std::int64_t rows, std::int64_t time) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t step = 0; step < time; ++step)
      mask[row * time + step] = static_cast<std::uint8_t>(step < lengths[row]);
}

}  // namespace

Kernel select(const KernelSpec& spec) {
  return dispatch_any(spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const BroadcastWalk<3> walk({spec.operands[0].shape, spec.operands[1].shape, spec.operands[2].shape},
                                spec.results[0].shape);
    return {[walk](const KernelBuffers& buffers) {
      const auto* condition = buffers.operand<std::uint8_t>(0);
      const T* a = buffers.operand<T>(1);
      const T* b = buffers.operand<T>(2);
      T* y = buffers.result<T>(0);
      parallel_elements(walk.volume(), [&](Range range) {
        walk.for_each_span(range, [&](std::int64_t first, std::int64_t length, const auto& offsets) {
          choose(condition + offsets[0], walk.inner_stride(0), a + offsets[1], walk.inner_stride(1), b + offsets[2],
                 walk.inner_stride(2), y + first, length);
        });
      });
    }};
  });
}

Kernel sequence_mask(const KernelSpec& spec) {
  const Shape& shape = spec.results[0].shape;
  return {[rows = shape[0], time = shape[1]](const KernelBuffers& buffers) {
    mask_rows(buffers.operand<std::int32_t>(0), buffers.result<std::uint8_t>(0), rows, time);
  }};
}

}  // namespace weft::onednn
