#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/matrix.h"
#include "ops/forms.h"

namespace weft::reference {
namespace {

template <typename T>
void multiply(const T* a, const MatrixLayout& a_layout, const T* b, const MatrixLayout& b_layout, T* y) {
  for (std::int64_t row = 0; row < a_layout.rows; ++row)
    for (std::int64_t column = 0; column < b_layout.columns; ++column) {
      T sum = T(0);
      for (std::int64_t k = 0; k < a_layout.columns; ++k)
        sum += a[a_layout.index(row, k)] * b[b_layout.index(k, column)];
      y[row * b_layout.columns + column] = sum;
    }
}

}  // namespace

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
      for (std::int64_t i = 0; i < batch; ++i)
        multiply(a + i * a_layout.size(), a_layout, b + i * b_layout.size(), b_layout,
                 y + i * a_layout.rows * b_layout.columns);
    }};
  });
}

}  // namespace weft::reference
