#include "backends/reference/broadcast_index.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel select(const KernelSpec& spec) {
  return dispatch_any(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const Shape& shape = spec.results[0].shape;
    return {[size = shape.volume(), of_condition = BroadcastIndex(spec.operands[0].shape, shape),
             of_a = BroadcastIndex(spec.operands[1].shape, shape),
             of_b = BroadcastIndex(spec.operands[2].shape, shape)](const KernelBuffers& buffers) {
      const auto* condition = buffers.operand<std::uint8_t>(0);
      const T* a = buffers.operand<T>(1);
      const T* b = buffers.operand<T>(2);
      T* y = buffers.result<T>(0);
      for (std::int64_t i = 0; i < size; ++i) y[i] = condition[of_condition(i)] != 0 ? a[of_a(i)] : b[of_b(i)];
    }};
  });
}

}  // namespace weft::reference
