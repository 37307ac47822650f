#include <cmath>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "graph/random.h"

namespace weft::reference {

Kernel dropout(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const double rate = spec.node.attributes.get<double>("rate");
    const CounterRandom stream(static_cast<std::uint64_t>(spec.node.attributes.get<std::int64_t>("seed")),
                               spec.node.attributes.get<std::string>("stream"));
    return {[rate, stream, size = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0);
      const CounterRandom random = stream.at(static_cast<std::uint64_t>(*buffers.operand<std::int32_t>(1)));
      T* y = buffers.result<T>(0);
      for (std::int64_t i = 0; i < size; ++i) {
        const bool kept = random.unit(static_cast<std::uint64_t>(i)) >= rate;
        y[i] = kept ? x[i] * static_cast<T>(1.0 / (1.0 - rate)) : T{0};
      }
    }};
  });
}

}  // namespace weft::reference
