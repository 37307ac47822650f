#include <functional>

#include "backends/reference/axis_blocks.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/wrapping.h"
#include "ops/forms.h"

namespace weft::reference {

Kernel cumsum(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const CumsumForm form = cumsum_form(spec.node);
    return {
        [blocks = AxisBlocks(spec.operands[0].shape, form.axis), reverse = form.reverse](const KernelBuffers& buffers) {
          const T* x = buffers.operand<T>(0);
          T* y = buffers.result<T>(0);
          for (std::int64_t o = 0; o < blocks.outer; ++o)
            for (std::int64_t i = 0; i < blocks.inner; ++i) {
              T sum = T(0);
              for (std::int64_t e = 0; e < blocks.extent; ++e) {
                const std::int64_t at = blocks.index(o, reverse ? blocks.extent - 1 - e : e, i);
                sum = wrapping(sum, x[at], std::plus<>());
                y[at] = sum;
              }
            }
        }};
  });
}

}  // namespace weft::reference
