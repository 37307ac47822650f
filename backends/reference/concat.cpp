#include <algorithm>
#include <vector>

#include "backends/reference/axis_blocks.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/forms.h"

namespace weft::reference {

Kernel concat(const KernelSpec& spec) {
  return dispatch_any(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t axis = axis_of(spec.node);
    std::vector<AxisBlocks> parts;
    for (const TensorType& operand : spec.operands) parts.emplace_back(operand.shape, axis);
    return {[parts, whole = AxisBlocks(spec.results[0].shape, axis)](const KernelBuffers& buffers) {
      T* y = buffers.result<T>(0);
      std::int64_t begin = 0;
      for (std::size_t p = 0; p < parts.size(); ++p) {
        const AxisBlocks& part = parts[p];
        const T* x = buffers.operand<T>(p);
        for (std::int64_t o = 0; o < part.outer; ++o)
          std::copy_n(x + part.index(o, 0, 0), part.extent * part.inner, y + whole.index(o, begin, 0));
        begin += part.extent;
      }
    }};
  });
}

}  // namespace weft::reference
