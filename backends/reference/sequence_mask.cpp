#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel sequence_mask(const KernelSpec& spec) {
  const Shape& shape = spec.results[0].shape;
  return {[batch = shape[0], time = shape[1]](const KernelBuffers& buffers) {
    const auto* lengths = buffers.operand<std::int32_t>(0);
    auto* mask = buffers.result<std::uint8_t>(0);
    for (std::int64_t b = 0; b < batch; ++b)
      for (std::int64_t t = 0; t < time; ++t) mask[b * time + t] = t < lengths[b] ? 1 : 0;
  }};
}

}  // namespace weft::reference
