#include <algorithm>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel embedding(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t vocabulary = spec.operands[0].shape[0];
    const std::int64_t units = spec.operands[0].shape[1];
    const std::int64_t count = spec.operands[1].shape.volume();
    return {[=](const KernelBuffers& buffers) {
      const T* table = buffers.operand<T>(0);
      const auto* ids = buffers.operand<std::int32_t>(1);
      T* y = buffers.result<T>(0);
      for (std::int64_t i = 0; i < count; ++i) {
        require(ids[i] >= 0 && ids[i] < vocabulary, "id {} at index {} is outside of the table of {} rows", ids[i], i,
                vocabulary);
        std::copy_n(table + ids[i] * units, units, y + i * units);
      }
    }};
  });
}

}  // namespace weft::reference
