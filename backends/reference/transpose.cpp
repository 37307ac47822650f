#include <array>
#include <vector>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/forms.h"

namespace weft::reference {

Kernel transpose(const KernelSpec& spec) {
  return dispatch_any(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const Shape from = spec.operands[0].shape;
    const Shape to = spec.results[0].shape;
    const std::vector<std::int64_t> permutation = permutation_of(spec.node);
    return {[from, to, permutation](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      T* y = buffers.result<T>(0);
      for (std::int64_t i = 0; i < to.volume(); ++i) {
        std::array<std::int64_t, Shape::max_rank> position{};  // in x
        for (std::int64_t rest = i, axis = std::ssize(permutation); axis-- > 0; rest /= to[axis])
          position[static_cast<std::size_t>(permutation[static_cast<std::size_t>(axis)])] = rest % to[axis];
        std::int64_t at = 0;
        for (std::size_t axis = 0; axis < from.rank(); ++axis) at = at * from.extents()[axis] + position[axis];
        y[i] = x[at];
      }
    }};
  });
}

}  // namespace weft::reference
