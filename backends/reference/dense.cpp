#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel dense(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t in = spec.operands[1].shape[0];
    const std::int64_t out = spec.operands[1].shape[1];
    const std::int64_t rows = spec.operands[0].shape.volume() / in;
    return {[=](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      const T* kernel = buffers.operand<T>(1);
      const T* bias = buffers.operand<T>(2);
      T* y = buffers.result<T>(0);
      for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t column = 0; column < out; ++column) {
          T sum = bias[column];
          for (std::int64_t k = 0; k < in; ++k) sum += x[row * in + k] * kernel[k * out + column];
          y[row * out + column] = sum;
        }
    }};
  });
}

}  // namespace weft::reference
