#include <cstring>

#include "backends/reference/kernels.h"

namespace weft::reference {

/// There is one process.
Kernel all_reduce(const KernelSpec& spec) {
  std::vector<std::size_t> bytes;
  for (const TensorType& type : spec.operands) bytes.push_back(static_cast<std::size_t>(type.bytes()));
  return {[bytes](const KernelBuffers& buffers) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
      if (bytes[i] > 0) std::memmove(buffers.results[i], buffers.operands[i], bytes[i]);
  }};
}

}  // namespace weft::reference
