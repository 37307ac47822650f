#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/runtime/random_numbers.h"

namespace weft::reference {

Kernel dropout(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const double rate = spec.node.attributes.get<double>("rate");
    const NodeDraws draws(spec.node.attributes, NodeDraws::Steps::keyed);
    return {[rate, draws, size = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      const NodeDraws::OfStep of_step = draws.of_step(*buffers.operand<std::int32_t>(1));
      T* y = buffers.result<T>(0);
      for (std::int64_t i = 0; i < size; ++i)
        y[i] = of_step.unit(i) >= rate ? x[i] * static_cast<T>(1.0 / (1.0 - rate)) : T{0};
    }};
  });
}

}  // namespace weft::reference
