#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel lerp(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[size = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
      const T* start = buffers.operand<T>(0);
      const T* end = buffers.operand<T>(1);
      const T weight = *buffers.operand<T>(2);
      T* y = buffers.result<T>(0);
      for (std::int64_t i = 0; i < size; ++i) y[i] = start[i] + weight * (end[i] - start[i]);
    }};
  });
}

}  // namespace weft::reference
