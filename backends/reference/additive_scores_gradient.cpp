#include <algorithm>
#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel additive_scores_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[1].dtype, [&]<typename T>() -> Kernel {
    const Shape& shape = spec.operands[1].shape;
    const std::int64_t batch = shape[0];
    const std::int64_t time = shape[1];
    const std::int64_t units = shape[2];
    return {[=](const KernelBuffers& buffers) {
      const T* v = buffers.operand<T>(2);
      T* d_v = buffers.result<T>(2);
      T* d_bv = buffers.result<T>(3);
      std::fill_n(d_v, units, T(0));
      d_bv[0] = T(0);
      for (std::int64_t b = 0; b < batch; ++b) {
        const T* query = buffers.operand<T>(0) + b * units;
        T* d_query = buffers.result<T>(0) + b * units;
        std::fill_n(d_query, units, T(0));
        for (std::int64_t t = 0; t < time; ++t) {
          const T* key = buffers.operand<T>(1) + (b * time + t) * units;
          T* d_key = buffers.result<T>(1) + (b * time + t) * units;
          const T cotangent = buffers.operand<T>(3)[b * time + t];
          for (std::int64_t u = 0; u < units; ++u) {
            const T squashed = std::tanh(query[u] + key[u]);
            d_key[u] = cotangent * v[u] * (T(1) - squashed * squashed);
            d_query[u] += d_key[u];
            d_v[u] += cotangent * squashed;
          }
          d_bv[0] += cotangent;
        }
      }
    }};
  });
}

}  // namespace weft::reference
