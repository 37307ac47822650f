#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel additive_scores(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[1].dtype, [&]<typename T>() -> Kernel {
    const Shape& shape = spec.operands[1].shape;
    const std::int64_t batch = shape[0];
    const std::int64_t time = shape[1];
    const std::int64_t units = shape[2];
    return {[=](const KernelBuffers& buffers) {
      const T* v = buffers.operand<T>(2);
      const T* bv = buffers.operand<T>(3);
      for (std::int64_t b = 0; b < batch; ++b) {
        const T* query = buffers.operand<T>(0) + b * units;
        for (std::int64_t t = 0; t < time; ++t) {
          const T* key = buffers.operand<T>(1) + (b * time + t) * units;
          T score = bv[0];
          for (std::int64_t u = 0; u < units; ++u) score += v[u] * std::tanh(query[u] + key[u]);
          buffers.result<T>(0)[b * time + t] = score;
        }
      }
    }};
  });
}

}  // namespace weft::reference
