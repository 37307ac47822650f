#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/logistic.h"

namespace weft::reference {

// "d_" is the gradient with respect to what is named behind it.
Kernel lstm_gates_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[1].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t batch = spec.operands[1].shape[0];
    const std::int64_t units = spec.operands[1].shape[1];
    return {[=](const KernelBuffers& buffers) {
      for (std::int64_t row = 0; row < batch; ++row) {
        const T* gates = buffers.operand<T>(0) + row * 4 * units;
        const T* c = buffers.operand<T>(1) + row * units;
        const T* h_cotangent = buffers.operand<T>(2) + row * units;
        const T* c_cotangent = buffers.operand<T>(3) + row * units;
        T* d_gates = buffers.result<T>(0) + row * 4 * units;
        T* d_c = buffers.result<T>(1) + row * units;
        for (std::int64_t u = 0; u < units; ++u) {
          const T i = logistic(gates[u]);
          const T f = logistic(gates[units + u]);
          const T g = std::tanh(gates[2 * units + u]);
          const T o = logistic(gates[3 * units + u]);
          const T squashed = std::tanh(f * c[u] + i * g);

          const T d_c_next = c_cotangent[u] + h_cotangent[u] * o * (T(1) - squashed * squashed);
          d_gates[u] = d_c_next * g * i * (T(1) - i);
          d_gates[units + u] = d_c_next * c[u] * f * (T(1) - f);
          d_gates[2 * units + u] = d_c_next * i * (T(1) - g * g);
          d_gates[3 * units + u] = h_cotangent[u] * squashed * o * (T(1) - o);
          d_c[u] = d_c_next * f;
        }
      }
    }};
  });
}

}  // namespace weft::reference
