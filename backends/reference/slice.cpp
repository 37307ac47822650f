#include <algorithm>

#include "backends/reference/axis_blocks.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/forms.h"

namespace weft::reference {

Kernel slice(const KernelSpec& spec) {
  return dispatch_any(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const SliceForm form = slice_form(spec.node);
    return {[whole = AxisBlocks(spec.operands[0].shape, form.axis), part = AxisBlocks(spec.results[0].shape, form.axis),
             begin = form.begin, step = form.step](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      for (std::int64_t o = 0; o < part.outer; ++o)
        for (std::int64_t e = 0; e < part.extent; ++e)
          std::copy_n(x + whole.index(o, begin + e * step, 0), part.inner, y + part.index(o, e, 0));
    }};
  });
}

}  // namespace weft::reference
