#include <cmath>
#include <vector>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

// Summed in double, whatever the element type: a sum of millions of squares needs it.
Kernel global_norm(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    std::vector<std::int64_t> sizes;
    for (const TensorType& operand : spec.operands) sizes.push_back(operand.shape.volume());
    return {[sizes](const KernelBuffers& buffers) {
      double sum = 0.0;
      for (std::size_t operand = 0; operand < sizes.size(); ++operand) {
        const T* value = buffers.operand<T>(operand);
        for (std::int64_t i = 0; i < sizes[operand]; ++i)
          sum += static_cast<double>(value[i]) * static_cast<double>(value[i]);
      }
      *buffers.result<T>(0) = static_cast<T>(std::sqrt(sum));
    }};
  });
}

}  // namespace weft::reference
