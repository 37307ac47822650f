#include <algorithm>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/runtime/gather_blocks.h"

namespace weft::reference {

Kernel gather(const KernelSpec& spec) {
  return dispatch_any(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const GatherBlocks blocks(spec.operands[0].shape, spec.operands[1].shape, gather_form(spec.node));
    return {[blocks](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      const auto* indices = buffers.operand<std::int32_t>(1);
      T* y = buffers.result<T>(0);
      blocks.check(indices);
      for (std::int64_t b = 0; b < blocks.batch; ++b)
        for (std::int64_t o = 0; o < blocks.outer; ++o)
          for (std::int64_t i = 0; i < blocks.count; ++i) {
            const std::int64_t row = b * blocks.outer + o;
            const std::int64_t from = row * blocks.extent + indices[b * blocks.count + i];
            std::copy_n(x + from * blocks.inner, blocks.inner, y + (row * blocks.count + i) * blocks.inner);
          }
    }};
  });
}

}  // namespace weft::reference
