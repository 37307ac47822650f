#include "backends/reference/axis_blocks.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/forms.h"

namespace weft::reference {

Kernel flip(const KernelSpec& spec) {
  return dispatch_any(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    return {[blocks = AxisBlocks(spec.operands[0].shape, axis_of(spec.node))](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      for (std::int64_t o = 0; o < blocks.outer; ++o)
        for (std::int64_t e = 0; e < blocks.extent; ++e)
          for (std::int64_t i = 0; i < blocks.inner; ++i)
            y[blocks.index(o, e, i)] = x[blocks.index(o, blocks.extent - 1 - e, i)];
    }};
  });
}

}  // namespace weft::reference
