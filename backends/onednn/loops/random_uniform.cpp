#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/parallel.h"
#include "backends/runtime/random_numbers.h"

namespace weft::onednn {

Kernel random_uniform(const KernelSpec& spec) {
  require_f32(spec);
  const NodeDraws draws(spec.node.attributes, NodeDraws::Steps::counted);
  return {[draws, count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const NodeDraws::OfStep of_step = draws.of_step(*buffers.operand<std::int32_t>(0));
    const float low = *buffers.operand<float>(1);
    const float high = *buffers.operand<float>(2);
    auto* y = buffers.result<float>(0);
    parallel_elements(count, [&](Range range) {
      for (std::int64_t i = range.first; i < range.last; ++i)
        y[i] = low + (high - low) * static_cast<float>(of_step.open_unit(i));
    });
  }};
}

}  // namespace weft::onednn
