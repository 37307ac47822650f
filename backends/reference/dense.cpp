#include <algorithm>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/matrix.h"

namespace weft::reference {

Kernel dense(const KernelSpec& spec) {
  return dispatch_factors(spec, [&]<typename A, typename B>() -> Kernel {
    const std::int64_t in = spec.operands[1].shape[0];
    const std::int64_t out = spec.operands[1].shape[1];
    const std::int64_t rows = spec.operands[0].shape.volume() / in;
    return {[=](const KernelBuffers& buffers) {
      const A* x = buffers.operand<A>(0);
      const B* kernel = buffers.operand<B>(1);
      const auto* bias = buffers.operand<SumOf<A>>(2);
      auto* y = buffers.result<SumOf<A>>(0);
      for (std::int64_t row = 0; row < rows; ++row) std::copy_n(bias, out, y + row * out);
      add_product(x, {{rows, in}, false}, kernel, {{in, out}, false}, y);
    }};
  });
}

}  // namespace weft::reference
