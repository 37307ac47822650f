#include <algorithm>
#include <cmath>

#include "backends/reference/axis_blocks.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/forms.h"

namespace weft::reference {

// The largest logit is subtracted first, so that no exponential overflows.
Kernel softmax(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t axis = axis_of(spec.node);
    return {[blocks = AxisBlocks(spec.operands[0].shape, axis)](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      for (std::int64_t o = 0; o < blocks.outer; ++o)
        for (std::int64_t i = 0; i < blocks.inner; ++i) {
          T max = x[blocks.index(o, 0, i)];
          for (std::int64_t e = 1; e < blocks.extent; ++e) max = std::max(max, x[blocks.index(o, e, i)]);
          T sum = T(0);
          for (std::int64_t e = 0; e < blocks.extent; ++e) sum += std::exp(x[blocks.index(o, e, i)] - max);
          for (std::int64_t e = 0; e < blocks.extent; ++e)
            y[blocks.index(o, e, i)] = std::exp(x[blocks.index(o, e, i)] - max) / sum;
        }
    }};
  });
}

}  // namespace weft::reference
