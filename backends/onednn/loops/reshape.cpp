#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/copy.h"

namespace weft::onednn {

// Where the memory plan cannot let the result share its operand's memory: a copy.
Kernel reshape(const KernelSpec& spec) {
  const std::int64_t bytes = spec.results[0].bytes();
  const CopyRows copy{1, bytes, bytes, bytes};
  return {[copy](const KernelBuffers& buffers) {
    const auto* x = buffers.operand<std::byte>(0);
    auto* y = buffers.result<std::byte>(0);
    if (x == y) return;
    parallel_region(copy_work(copy.bytes()), [&](const ThreadShare& share) { copy.copy(share, x, y); });
  }};
}

}  // namespace weft::onednn
