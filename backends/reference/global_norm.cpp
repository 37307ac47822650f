#include <cmath>
#include <vector>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "ops/collective/sharding.h"

namespace weft::reference {
namespace {

// Summed in double, whatever the element type: a sum of millions of squares needs it.
Kernel norm_of(const KernelSpec& spec, const std::vector<std::int64_t>& sizes) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
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

std::vector<std::int64_t> sizes_of(std::span<const TensorType> operands) {
  std::vector<std::int64_t> sizes;
  for (const TensorType& operand : operands) sizes.push_back(operand.shape.volume());
  return sizes;
}

}  // namespace

Kernel global_norm(const KernelSpec& spec) { return norm_of(spec, sizes_of(spec.operands)); }

/// Without what lies behind the elements of a shard.
Kernel global_norm_of_shards(const KernelSpec& spec) {
  sharding_among(spec.node.attributes, 1);
  std::vector<std::int64_t> sizes = sizes_of(spec.operands);
  const auto& elements = spec.node.attributes.get<std::vector<std::int64_t>>("elements");
  for (std::size_t i = 0; i < sizes.size(); ++i)
    if (elements[i] != 0) sizes[i] = elements[i];
  return norm_of(spec, sizes);
}

}  // namespace weft::reference
