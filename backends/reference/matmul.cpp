#include <algorithm>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/matrix.h"
#include "ops/forms.h"

namespace weft::reference {

Kernel matmul(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const Shape& shape = spec.operands[0].shape;
    const MatmulForm form = matmul_form(spec.node);
    const MatrixLayout a_layout(shape, form.transpose_a);
    const MatrixLayout b_layout(spec.operands[1].shape, form.transpose_b);
    const std::int64_t batch = shape.rank() == 3 ? shape[0] : 1;
    return {[=](const KernelBuffers& buffers) {
      const T* a = buffers.operand<T>(0);
      const T* b = buffers.operand<T>(1);
      T* y = buffers.result<T>(0);
      const std::int64_t volume = a_layout.rows * b_layout.columns;
      std::fill_n(y, batch * volume, T(0));
      for (std::int64_t i = 0; i < batch; ++i)
        add_product(a + i * a_layout.size(), a_layout, b + i * b_layout.size(), b_layout, y + i * volume);
    }};
  });
}

}  // namespace weft::reference
