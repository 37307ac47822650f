#include <array>
#include <cstddef>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/broadcast_walk.h"
#include "backends/onednn/loops/pointwise.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

/// Strides are 0 or 1. Loops of their own for each: a stride that is no constant makes gathers of all loads.
template <typename T>
WEFT_VECTORISED void choose(const void* const* operands, const std::int64_t* strides, void* result,
                            std::int64_t count) {
  const auto* condition = static_cast<const std::uint8_t*>(operands[0]);
  const T* a = static_cast<const T*>(operands[1]);
  const T* b = static_cast<const T*>(operands[2]);
  T* y = static_cast<T*>(result);
  const std::int64_t stride_a = strides[1];
  const std::int64_t stride_b = strides[2];
  if (strides[0] == 0) {
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

PointwiseLoop* select_loop(DType result) {
  if (result == DType::f32) return choose<float>;
  if (result == DType::i32) return choose<std::int32_t>;
  return result == DType::boolean ? choose<std::uint8_t> : nullptr;
}

}  // namespace

Kernel select(const KernelSpec& spec) {
  const DType dtype = spec.results[0].dtype;
  PointwiseLoop* loop = select_loop(dtype);
  if (loop == nullptr) no_kernel_for(dtype);
  const BroadcastWalk<3> walk({spec.operands[0].shape, spec.operands[1].shape, spec.operands[2].shape},
                              spec.results[0].shape);
  const std::array<std::int64_t, 3> strides{walk.inner_stride(0), walk.inner_stride(1), walk.inner_stride(2)};
  const auto size = static_cast<std::int64_t>(size_of(dtype));
  return {[walk, loop, strides, size](const KernelBuffers& buffers) {
    const auto* condition = buffers.operand<std::uint8_t>(0);
    const auto* a = buffers.operand<std::byte>(1);
    const auto* b = buffers.operand<std::byte>(2);
    auto* y = buffers.result<std::byte>(0);
    parallel_elements(walk.volume(), [&](Range range) {
      walk.for_each_span(range, [&](std::int64_t first, std::int64_t length, const auto& offsets) {
        const std::array<const void*, 3> operands{condition + offsets[0], a + offsets[1] * size, b + offsets[2] * size};
        loop(operands.data(), strides.data(), y + first * size, length);
      });
    });
  }};
}

Kernel sequence_mask(const KernelSpec& spec) {
  const Shape& shape = spec.results[0].shape;
  return {[rows = shape[0], time = shape[1]](const KernelBuffers& buffers) {
    mask_rows(buffers.operand<std::int32_t>(0), buffers.result<std::uint8_t>(0), rows, time);
  }};
}

}  // namespace weft::onednn
