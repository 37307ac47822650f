#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/axis_blocks.h"
#include "backends/onednn/parallel.h"
#include "ops/forms.h"

namespace weft::onednn {

Kernel flip(const KernelSpec& spec) {
  return dispatch_size(spec.results[0].dtype, [&]<typename T>() -> Kernel {
    return {[blocks = AxisBlocks(spec.operands[0].shape, axis_of(spec.node))](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      parallel_for(blocks.outer * blocks.extent, blocks.inner, [&](Range range) {
        for (std::int64_t i = range.first; i < range.last; ++i) {
          const std::int64_t e = i % blocks.extent;
          std::copy_n(x + (i - e + blocks.extent - 1 - e) * blocks.inner, blocks.inner, y + i * blocks.inner);
        }
      });
    }};
  });
}

}  // namespace weft::onednn
