#include "backends/reference/broadcast_index.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel broadcast(const KernelSpec& spec) {
  return dispatch_any(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const Shape& shape = spec.results[0].shape;
    return {
        [of_x = BroadcastIndex(spec.operands[0].shape, shape), size = shape.volume()](const KernelBuffers& buffers) {
          const T* x = buffers.operand<T>(0);
          T* y = buffers.result<T>(0);
          for (std::int64_t i = 0; i < size; ++i) y[i] = x[of_x(i)];
        }};
  });
}

}  // namespace weft::reference
