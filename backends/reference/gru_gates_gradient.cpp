#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/logistic.h"

namespace weft::reference {

// "d_" is the gradient with respect to what is named behind it; "_in" is what enters a gate's activation.
Kernel gru_gates_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[2].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t batch = spec.operands[2].shape[0];
    const std::int64_t units = spec.operands[2].shape[1];
    return {[=](const KernelBuffers& buffers) {
      for (std::int64_t row = 0; row < batch; ++row) {
        const T* x = buffers.operand<T>(0) + row * 3 * units;
        const T* h = buffers.operand<T>(1) + row * 3 * units;
        const T* last = buffers.operand<T>(2) + row * units;
        const T* cotangent = buffers.operand<T>(3) + row * units;
        T* d_x = buffers.result<T>(0) + row * 3 * units;
        T* d_h = buffers.result<T>(1) + row * 3 * units;
        T* d_last = buffers.result<T>(2) + row * units;
        for (std::int64_t u = 0; u < units; ++u) {
          const T z = logistic(x[u] + h[u]);
          const T r = logistic(x[units + u] + h[units + u]);
          const T h_part = h[2 * units + u];
          const T c = std::tanh(x[2 * units + u] + r * h_part);

          const T d_z_in = cotangent[u] * (last[u] - c) * z * (T(1) - z);
          const T d_c_in = cotangent[u] * (T(1) - z) * (T(1) - c * c);
          const T d_r_in = d_c_in * h_part * r * (T(1) - r);

          d_x[u] = d_z_in;
          d_h[u] = d_z_in;
          d_x[units + u] = d_r_in;
          d_h[units + u] = d_r_in;
          d_x[2 * units + u] = d_c_in;
          d_h[2 * units + u] = d_c_in * r;
          d_last[u] = cotangent[u] * z;
        }
      }
    }};
  });
}

}  // namespace weft::reference
