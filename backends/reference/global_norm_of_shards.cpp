#include <cmath>
#include <vector>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/shards.h"

namespace weft::reference {

/// As global_norm, but without what lies behind the elements of a shard.
Kernel global_norm_of_shards(const KernelSpec& spec) {
  require_one_process(spec);
  const auto& elements = spec.node.attributes.get<std::vector<std::int64_t>>("elements");
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < elements.size(); ++i)
      sizes.push_back(elements[i] == 0 ? spec.operands[i].shape.volume() : elements[i]);
    return {[sizes](const KernelBuffers& buffers) {
      double sum = 0.0;
      for (std::size_t operand = 0; operand < sizes.size(); ++operand)
        for (std::int64_t i = 0; i < sizes[operand]; ++i)
          sum += std::pow(static_cast<double>(buffers.operand<T>(operand)[i]), 2);
      *buffers.result<T>(0) = static_cast<T>(std::sqrt(sum));
    }};
  });
}

}  // namespace weft::reference
