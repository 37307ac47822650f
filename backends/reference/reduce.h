#pragma once

#include <algorithm>
#include <vector>

#include "backends/reference/broadcast_index.h"
#include "backends/runtime/kernel.h"
#include "ops/forms.h"

namespace weft::reference {

/// y[j] = f(... f(f(start, x), x) ...) over the elements x that the node's "axes" reduce to j, in row-major order.
template <typename T, typename Function>
Kernel reduce(const KernelSpec& spec, T start, Function f) {
  const Shape& from = spec.operands[0].shape;
  Shape kept = from;
  const ReductionForm form = reduction_form(spec.node);
  for (const std::int64_t axis : form.axes) kept = kept.with(static_cast<std::size_t>(axis), 1);
  return {[start, f, to_y = BroadcastIndex(kept, from), elements = from.volume(),
           results = kept.volume()](const KernelBuffers& buffers) {
    const T* x = buffers.operand<T>(0);
    T* y = buffers.result<T>(0);
    std::fill_n(y, results, start);
    for (std::int64_t i = 0; i < elements; ++i) {
      T& to = y[to_y(i)];
      to = f(to, x[i]);
    }
  }};
}

}  // namespace weft::reference
