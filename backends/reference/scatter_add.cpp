#include <algorithm>
#include <functional>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/wrapping.h"
#include "backends/runtime/gather_blocks.h"

namespace weft::reference {

Kernel scatter_add(const KernelSpec& spec) {
  return dispatch_number(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const GatherBlocks blocks(spec.results[0].shape, spec.operands[1].shape, gather_form(spec.node));
    return {[blocks, size = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
      const T* updates = buffers.operand<T>(0);
      const auto* indices = buffers.operand<std::int32_t>(1);
      T* y = buffers.result<T>(0);
      blocks.check(indices);
      std::fill_n(y, size, T(0));
      for (std::int64_t b = 0; b < blocks.batch; ++b)
        for (std::int64_t o = 0; o < blocks.outer; ++o)
          for (std::int64_t i = 0; i < blocks.count; ++i) {
            const std::int64_t row = b * blocks.outer + o;
            const T* update = updates + (row * blocks.count + i) * blocks.inner;
            T* sum = y + (row * blocks.extent + indices[b * blocks.count + i]) * blocks.inner;
            for (std::int64_t k = 0; k < blocks.inner; ++k) sum[k] = wrapping(sum[k], update[k], std::plus<>());
          }
    }};
  });
}

}  // namespace weft::reference
