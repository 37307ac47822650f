#pragma once

#include "backends/reference/broadcast_index.h"
#include "backends/runtime/kernel.h"

namespace weft::reference {

/// y[i] = f(x[i]).
template <typename T, typename Function>
Kernel unary(const KernelSpec& spec, Function f) {
  return {[f, size = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const T* x = buffers.operand<T>(0);
    T* y = buffers.result<T>(0);
    for (std::int64_t i = 0; i < size; ++i) y[i] = f(x[i]);
  }};
}

/// y[i] = f(a[i], b[i]), with a and b broadcast to the shape of y.
template <typename T, typename Result, typename Function>
Kernel binary(const KernelSpec& spec, Function f) {
  const Shape& shape = spec.results[0].shape;
  return {[f, size = shape.volume(), of_a = BroadcastIndex(spec.operands[0].shape, shape),
           of_b = BroadcastIndex(spec.operands[1].shape, shape)](const KernelBuffers& buffers) {
    const T* a = buffers.operand<T>(0);
    const T* b = buffers.operand<T>(1);
    Result* y = buffers.result<Result>(0);
    for (std::int64_t i = 0; i < size; ++i) y[i] = f(a[of_a(i)], b[of_b(i)]);
  }};
}

}  // namespace weft::reference
