#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

// Each element is read whole before it is written: the results may lie over parameter and velocity.
Kernel sgd(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const T momentum = static_cast<T>(spec.node.attributes.get<double>("momentum"));
    const bool nesterov = spec.node.attributes.get_or("nesterov", false);
    const bool scaled = spec.operands.size() > 4;
    return {[momentum, nesterov, scaled, size = spec.operands[0].shape.volume()](const KernelBuffers& buffers) {
      const T* parameter = buffers.operand<T>(0);
      const T* gradient = buffers.operand<T>(1);
      const T* velocity = buffers.operand<T>(2);
      const T learning_rate = *buffers.operand<T>(3);
      const T scale = scaled ? *buffers.operand<T>(4) : T{1};
      for (std::int64_t i = 0; i < size; ++i) {
        const T g = gradient[i] * scale;
        const T velocity_next = momentum * velocity[i] + g;
        const T step = nesterov ? g + momentum * velocity_next : velocity_next;
        const T parameter_next = parameter[i] - learning_rate * step;
        buffers.result<T>(0)[i] = parameter_next;
        buffers.result<T>(1)[i] = velocity_next;
      }
    }};
  });
}

}  // namespace weft::reference
