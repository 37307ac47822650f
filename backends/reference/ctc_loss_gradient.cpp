#include <algorithm>

#include "backends/reference/ctc.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel ctc_loss_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const CtcForm form(spec.operands, spec.node.attributes);
    const std::int64_t size = form.time * form.states();
    const auto run = [form, size](const KernelBuffers& buffers) {
      form.check(buffers.operand<std::int32_t>(1), buffers.operand<std::int32_t>(2), buffers.operand<std::int32_t>(3));
      T* alpha = static_cast<T*>(buffers.scratch);
      T* beta = alpha + size;
      std::fill_n(buffers.result<T>(0), form.batch * form.time * form.classes, T(0));
      for (std::int64_t b = 0; b < form.batch; ++b) {
        const CtcRow<T> row(form, buffers, b);
        const T total = row.forward(alpha);
        if (total == CtcRow<T>::none) continue;
        row.backward(beta);
        for (std::int64_t t = 0; t < row.steps; ++t) {
          T* gradient = buffers.result<T>(0) + (b * form.time + t) * form.classes;
          for (std::int64_t s = 0; s < row.states; ++s)
            gradient[row.class_of(s)] -=
                buffers.operand<T>(4)[b] * std::exp(alpha[t * row.states + s] + beta[t * row.states + s] - total);
        }
      }
    };
    return {run, static_cast<std::size_t>(2 * size) * sizeof(T)};
  });
}

}  // namespace weft::reference
