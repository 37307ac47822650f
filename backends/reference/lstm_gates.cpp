#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/logistic.h"

namespace weft::reference {

Kernel lstm_gates(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[1].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t batch = spec.operands[1].shape[0];
    const std::int64_t units = spec.operands[1].shape[1];
    return {[=](const KernelBuffers& buffers) {
      for (std::int64_t row = 0; row < batch; ++row) {
        const T* gates = buffers.operand<T>(0) + row * 4 * units;
        const T* c = buffers.operand<T>(1) + row * units;
        T* h_next = buffers.result<T>(0) + row * units;
        T* c_next = buffers.result<T>(1) + row * units;
        for (std::int64_t u = 0; u < units; ++u) {
          const T i = logistic(gates[u]);
          const T f = logistic(gates[units + u]);
          const T g = std::tanh(gates[2 * units + u]);
          const T o = logistic(gates[3 * units + u]);
          c_next[u] = f * c[u] + i * g;
          h_next[u] = o * std::tanh(c_next[u]);
        }
      }
    }};
  });
}

}  // namespace weft::reference
