#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/logistic.h"

namespace weft::reference {

Kernel gru_gates(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[2].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t batch = spec.operands[2].shape[0];
    const std::int64_t units = spec.operands[2].shape[1];
    return {[=](const KernelBuffers& buffers) {
      for (std::int64_t row = 0; row < batch; ++row) {
        const T* x = buffers.operand<T>(0) + row * 3 * units;
        const T* h = buffers.operand<T>(1) + row * 3 * units;
        const T* last = buffers.operand<T>(2) + row * units;
        T* next = buffers.result<T>(0) + row * units;
        for (std::int64_t u = 0; u < units; ++u) {
          const T z = logistic(x[u] + h[u]);
          const T r = logistic(x[units + u] + h[units + u]);
          const T c = std::tanh(x[2 * units + u] + r * h[2 * units + u]);
          next[u] = z * last[u] + (T(1) - z) * c;
        }
      }
    }};
  });
}

}  // namespace weft::reference
