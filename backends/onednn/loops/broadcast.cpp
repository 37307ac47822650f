#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/broadcast_walk.h"

namespace weft::onednn {

Kernel broadcast(const KernelSpec& spec) {
  return dispatch_size(spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const BroadcastWalk<1> walk({spec.operands[0].shape}, spec.results[0].shape);
    return {[walk](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      parallel_elements(walk.volume(), [&](Range range) {
        walk.for_each_span(range, [&](std::int64_t first, std::int64_t length, const auto& offsets) {
          if (walk.inner_stride(0) == 0)
            std::fill_n(y + first, length, x[offsets[0]]);
          else
            std::copy_n(x + offsets[0], length, y + first);
        });
      });
    }};
  });
}

}  // namespace weft::onednn
