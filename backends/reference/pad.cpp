#include <algorithm>

#include "backends/reference/axis_blocks.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/forms.h"

namespace weft::reference {

Kernel pad(const KernelSpec& spec) {
  return dispatch_any(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const PadForm form = pad_form(spec.node);
    return {[whole = AxisBlocks(spec.results[0].shape, form.axis), part = AxisBlocks(spec.operands[0].shape, form.axis),
             before = form.before, size = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      std::fill_n(y, size, T(0));
      for (std::int64_t o = 0; o < part.outer; ++o)
        std::copy_n(x + part.index(o, 0, 0), part.extent * part.inner, y + whole.index(o, before, 0));
    }};
  });
}

}  // namespace weft::reference
