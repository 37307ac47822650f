#include <limits>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/axis_blocks.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"
#include "ops/forms.h"
#include "ops/op_list.h"

// softmax: y = exp(x - max) / sum. log_softmax: y = x - max - log(sum).

namespace weft::onednn {
namespace {

constexpr float minus_infinity = -std::numeric_limits<float>::infinity();

template <bool logarithm>
WEFT_VECTORISED void softmax_row(const float* x, float* y, std::int64_t count) {
  const float max = reduce_lanes(count, minus_infinity, Max{}, [x](std::int64_t i) WEFT_INLINE_LAMBDA { return x[i]; });
  if constexpr (logarithm) {
    const float sum = reduce_lanes(count, 0.0F, Sum{},
                                   [x, max](std::int64_t i) WEFT_INLINE_LAMBDA { return vmath::exp(x[i] - max); });
    const float log_sum = vmath::log(sum);
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] - max - log_sum;
  } else {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = vmath::exp(x[i] - max);
    const float sum = reduce_lanes(count, 0.0F, Sum{}, [y](std::int64_t i) WEFT_INLINE_LAMBDA { return y[i]; });
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] /= sum;
  }
}

constexpr std::int64_t most_softmax_columns = 64;

// Up to most_softmax_columns neighbouring columns, whose elements are `stride` apart.
template <bool logarithm>
WEFT_VECTORISED void softmax_columns(const float* x, float* y, std::int64_t count, std::int64_t stride,
                                     std::int64_t columns) {
  float max[most_softmax_columns];
  float sum[most_softmax_columns];
#pragma omp simd
  for (std::int64_t c = 0; c < columns; ++c) {
    max[c] = minus_infinity;
    sum[c] = 0.0F;
  }
  for (std::int64_t i = 0; i < count; ++i) {
#pragma omp simd
    for (std::int64_t c = 0; c < columns; ++c) max[c] = Max{}(max[c], x[i * stride + c]);
  }
  for (std::int64_t i = 0; i < count; ++i) {
#pragma omp simd
    for (std::int64_t c = 0; c < columns; ++c) {
      const float shifted = x[i * stride + c] - max[c];
      const float e = vmath::exp(shifted);
      y[i * stride + c] = logarithm ? shifted : e;
      sum[c] += e;
    }
  }
#pragma omp simd
  for (std::int64_t c = 0; c < columns; ++c) sum[c] = logarithm ? vmath::log(sum[c]) : sum[c];
  for (std::int64_t i = 0; i < count; ++i) {
#pragma omp simd
    for (std::int64_t c = 0; c < columns; ++c) {
      const float e = y[i * stride + c];
      y[i * stride + c] = logarithm ? e - sum[c] : e / sum[c];
    }
  }
}

template <bool logarithm>
Kernel softmax_kernel(const KernelSpec& spec) {
  require_f32(spec);
  const AxisBlocks blocks(spec.operands[0].shape, axis_of(spec.node));
  if (blocks.inner == 1)
    return {[blocks](const KernelBuffers& buffers) {
      const float* x = buffers.operand<float>(0);
      float* y = buffers.result<float>(0);
      parallel_for(blocks.outer, 8 * blocks.extent, [&](Range range) {
        for (std::int64_t row = range.first; row < range.last; ++row)
          softmax_row<logarithm>(x + row * blocks.extent, y + row * blocks.extent, blocks.extent);
      });
    }};
  return {[blocks](const KernelBuffers& buffers) {
    const float* x = buffers.operand<float>(0);
    float* y = buffers.result<float>(0);
    const std::int64_t strips = (blocks.inner + most_softmax_columns - 1) / most_softmax_columns;
    parallel_for(blocks.outer * strips, 8 * most_softmax_columns * blocks.extent, [&](Range range) {
      for (std::int64_t i = range.first; i < range.last; ++i) {
        const std::int64_t column = i % strips * most_softmax_columns;
        const std::int64_t start = i / strips * blocks.extent * blocks.inner + column;
        softmax_columns<logarithm>(x + start, y + start, blocks.extent, blocks.inner,
                                   std::min(most_softmax_columns, blocks.inner - column));
      }
    });
  }};
}

}  // namespace

Kernel softmax(const KernelSpec& spec) { return softmax_kernel<false>(spec); }
Kernel log_softmax(const KernelSpec& spec) { return softmax_kernel<true>(spec); }

}  // namespace weft::onednn
