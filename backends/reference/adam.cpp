#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

// Each element is read whole before it is written: the results may lie over parameter, m and v.
Kernel adam(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const double beta1 = spec.node.attributes.get<double>("beta1");
    const double beta2 = spec.node.attributes.get<double>("beta2");
    const T epsilon = static_cast<T>(spec.node.attributes.get<double>("epsilon"));
    const double weight_decay = spec.node.attributes.get_or("weight_decay", 0.0);
    const bool scaled = spec.operands.size() > 6;
    return {[=, size = spec.operands[0].shape.volume()](const KernelBuffers& buffers) {
      const T* parameter = buffers.operand<T>(0);
      const T* gradient = buffers.operand<T>(1);
      const T* m = buffers.operand<T>(2);
      const T* v = buffers.operand<T>(3);
      const double step = *buffers.operand<std::int32_t>(4);
      const T learning_rate = *buffers.operand<T>(5);
      const T correction1 = static_cast<T>(1.0 - std::pow(beta1, step));
      const T correction2 = static_cast<T>(1.0 - std::pow(beta2, step));
      const T kept = static_cast<T>(1.0 - static_cast<double>(learning_rate) * weight_decay);
      const T scale = scaled ? *buffers.operand<T>(6) : T{1};
      for (std::int64_t i = 0; i < size; ++i) {
        const T g = gradient[i] * scale;
        const T m_next = static_cast<T>(beta1) * m[i] + static_cast<T>(1.0 - beta1) * g;
        const T v_next = static_cast<T>(beta2) * v[i] + static_cast<T>(1.0 - beta2) * g * g;
        const T root = std::sqrt(v_next / correction2);
        const T parameter_next = kept * parameter[i] - learning_rate * (m_next / correction1) / (root + epsilon);
        buffers.result<T>(0)[i] = parameter_next;
        buffers.result<T>(1)[i] = m_next;
        buffers.result<T>(2)[i] = v_next;
      }
    }};
  });
}

}  // namespace weft::reference
