#include "backends/reference/axis_blocks.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/forms.h"

namespace weft::reference {
namespace {

/// Whether x takes the place of the largest so far: a NaN is above all numbers, and of equals the first one stays.
template <typename T>
bool is_above(T x, T largest) {
  const bool largest_is_nan = largest != largest;
  return !largest_is_nan && (x > largest || x != x);
}

}  // namespace

Kernel argmax(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t axis = axis_of(spec.node);
    return {[blocks = AxisBlocks(spec.operands[0].shape, axis)](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      auto* y = buffers.result<std::int32_t>(0);
      for (std::int64_t o = 0; o < blocks.outer; ++o)
        for (std::int64_t i = 0; i < blocks.inner; ++i) {
          std::int64_t best = 0;
          for (std::int64_t e = 1; e < blocks.extent; ++e)
            if (is_above(x[blocks.index(o, e, i)], x[blocks.index(o, best, i)])) best = e;
          y[o * blocks.inner + i] = static_cast<std::int32_t>(best);
        }
    }};
  });
}

}  // namespace weft::reference
