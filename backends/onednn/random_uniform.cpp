#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/parallel.h"
#include "backends/random_numbers.h"

namespace weft::onednn {

Kernel random_uniform(const KernelSpec& spec) {
  require_f32(spec);
  const StepRandom random(spec.node.attributes);
  return {[random, count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const std::int32_t step = *buffers.operand<std::int32_t>(0);
    const float low = *buffers.operand<float>(1);
    const float high = *buffers.operand<float>(2);
    auto* y = buffers.result<float>(0);
    parallel_elements(count, [&](Range range) {
      for (std::int64_t i = range.first; i < range.last; ++i)
        y[i] = low + (high - low) * static_cast<float>(random.unit(step, i));
    });
  }};
}

}  // namespace weft::onednn
