#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/matrix/int8.h"

namespace weft::reference {
namespace {

/// A vector as integers times one step, which is NaN when the vector holds something that is not finite.
template <typename T>
struct Quantised {
  std::vector<std::int32_t> integers;
  T step;
};

template <typename T>
Quantised<T> quantise(const T* first, std::int64_t count, std::int64_t stride) {
  Quantised<T> result{std::vector<std::int32_t>(static_cast<std::size_t>(count), 0), 0};
  T largest = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const T magnitude = std::abs(first[i * stride]);
    if (!std::isfinite(magnitude)) result.step = std::numeric_limits<T>::quiet_NaN();
    largest = std::max(largest, magnitude);
  }
  if (std::isnan(result.step) || !(largest > static_cast<T>(least_int8_magnitude))) return result;
  result.step = largest / 127;
  const T inverse = 127 / largest;
  for (std::int64_t i = 0; i < count; ++i)
    result.integers[static_cast<std::size_t>(i)] =
        static_cast<std::int32_t>(std::nearbyint(first[i * stride] * inverse));
  return result;
}

template <typename T>
void int8_product(const T* x, const T* kernel, T* y, std::int64_t rows, std::int64_t in, std::int64_t out) {
  std::vector<Quantised<T>> columns;
  for (std::int64_t column = 0; column < out; ++column) columns.push_back(quantise(kernel + column, in, out));
  for (std::int64_t row = 0; row < rows; ++row) {
    const Quantised<T> left = quantise(x + row * in, in, 1);
    for (std::int64_t column = 0; column < out; ++column) {
      const Quantised<T>& right = columns[static_cast<std::size_t>(column)];
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < left.integers.size(); ++k) sum += left.integers[k] * right.integers[k];
      y[row * out + column] = static_cast<T>(sum) * (left.step * right.step);
    }
  }
}

}  // namespace

Kernel int8_dense(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t in = spec.operands[1].shape[0];
    const std::int64_t out = spec.operands[1].shape[1];
    const std::int64_t rows = spec.operands[0].shape.volume() / in;
    const bool with_bias = spec.operands.size() > 2;
    return {[=](const KernelBuffers& buffers) {
      T* y = buffers.result<T>(0);
      int8_product(buffers.operand<T>(0), buffers.operand<T>(1), y, rows, in, out);
      if (!with_bias) return;
      for (std::int64_t i = 0; i < rows * out; ++i) y[i] += buffers.operand<T>(2)[i % out];
    }};
  });
}

}  // namespace weft::reference
