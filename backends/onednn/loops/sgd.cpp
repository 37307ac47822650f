#include <cmath>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

/// The memory of one update; results may lie over the operands of their kind.
struct Update {
  const float* parameter;
  const float* gradient;
  const float* velocity;
  float* parameter_next;
  float* velocity_next;
};

WEFT_VECTORISED void update_elements(Update at, float momentum, float learning_rate, float scale, std::int64_t first,
                                     std::int64_t last) {
#pragma omp simd
  for (std::int64_t i = first; i < last; ++i) {
    const float next = std::fma(momentum, at.velocity[i], at.gradient[i] * scale);
    at.velocity_next[i] = next;
    at.parameter_next[i] = std::fma(-learning_rate, next, at.parameter[i]);
  }
}

}  // namespace

Kernel sgd(const KernelSpec& spec) {
  require_f32(spec);
  return {[momentum = static_cast<float>(spec.node.attributes.get<double>("momentum")),
           scaled = spec.operands.size() > 4, count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const Update update{buffers.operand<float>(0), buffers.operand<float>(1), buffers.operand<float>(2),
                        buffers.result<float>(0), buffers.result<float>(1)};
    const float learning_rate = *buffers.operand<float>(3);
    const float scale = scaled ? *buffers.operand<float>(4) : 1.0F;
    parallel_elements(
        count, [&](Range range) { update_elements(update, momentum, learning_rate, scale, range.first, range.last); });
  }};
}

}  // namespace weft::onednn
