#include <algorithm>

#include "backends/reference/broadcast_index.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/matrix.h"
#include "ops/forms.h"

namespace weft::reference {

Kernel matmul(const KernelSpec& spec) {
  return dispatch_factors(spec, [&]<typename A, typename B>() -> Kernel {
    const MatmulForm form = matmul_form(spec.node);
    const MatrixLayout a_layout(spec.operands[0].shape, form.transpose_a);
    const MatrixLayout b_layout(spec.operands[1].shape, form.transpose_b);
    const Shape batch = batch_shape(spec.results[0].shape);
    const BroadcastIndex batch_of_a(batch_shape(spec.operands[0].shape), batch);
    const BroadcastIndex batch_of_b(batch_shape(spec.operands[1].shape), batch);
    return {[=](const KernelBuffers& buffers) {
      const A* a = buffers.operand<A>(0);
      const B* b = buffers.operand<B>(1);
      auto* y = buffers.result<SumOf<A>>(0);
      const std::int64_t volume = a_layout.rows * b_layout.columns;
      std::fill_n(y, batch.volume() * volume, SumOf<A>(0));
      for (std::int64_t i = 0; i < batch.volume(); ++i)
        add_product(a + batch_of_a(i) * a_layout.size(), a_layout, b + batch_of_b(i) * b_layout.size(), b_layout,
                    y + i * volume);
    }};
  });
}

}  // namespace weft::reference
