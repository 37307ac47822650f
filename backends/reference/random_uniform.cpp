#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/runtime/random_numbers.h"

namespace weft::reference {

Kernel random_uniform(const KernelSpec& spec) {
  const NodeDraws draws(spec.node.attributes, NodeDraws::Steps::counted);
  return dispatch_float(spec, spec.results[0].dtype, [&]<typename T>() -> Kernel {
    return {[draws, count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
      const NodeDraws::OfStep of_step = draws.of_step(*buffers.operand<std::int32_t>(0));
      const T low = *buffers.operand<T>(1);
      const T high = *buffers.operand<T>(2);
      T* y = buffers.result<T>(0);
      for (std::int64_t i = 0; i < count; ++i) y[i] = low + (high - low) * static_cast<T>(of_step.open_unit(i));
    }};
  });
}

}  // namespace weft::reference
