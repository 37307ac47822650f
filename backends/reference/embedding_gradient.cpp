#include <algorithm>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel embedding_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t vocabulary = spec.results[0].shape[0];
    const std::int64_t units = spec.results[0].shape[1];
    const std::int64_t count = spec.operands[1].shape.volume();
    return {[=](const KernelBuffers& buffers) {
      const T* gradient = buffers.operand<T>(0);
      const auto* ids = buffers.operand<std::int32_t>(1);
      T* y = buffers.result<T>(0);
      std::fill_n(y, vocabulary * units, T(0));
      for (std::int64_t i = 0; i < count; ++i) {
        require(ids[i] >= 0 && ids[i] < vocabulary, "id {} at index {} is outside of the table of {} rows", ids[i], i,
                vocabulary);
        for (std::int64_t u = 0; u < units; ++u) y[ids[i] * units + u] += gradient[i * units + u];
      }
    }};
  });
}

}  // namespace weft::reference
