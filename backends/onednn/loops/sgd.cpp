#include <cmath>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

/// The memory of one update; results may lie over the operands of their kind.
struct SgdUpdate {
  const float* parameter;
  const float* gradient;
  const float* velocity;
  float* parameter_next;
  float* velocity_next;
};

/// The factors of one update.
struct SgdFactors {
  float momentum;
  float learning_rate;
  float scale;  ///< of the gradient
};

WEFT_VECTORISED void update_by_sgd(SgdUpdate at, SgdFactors by, std::int64_t first, std::int64_t last) {
#pragma omp simd
  for (std::int64_t i = first; i < last; ++i) {
    const float next = std::fma(by.momentum, at.velocity[i], at.gradient[i] * by.scale);
    at.velocity_next[i] = next;
    at.parameter_next[i] = std::fma(-by.learning_rate, next, at.parameter[i]);
  }
}

WEFT_VECTORISED void update_by_nesterov(SgdUpdate at, SgdFactors by, std::int64_t first, std::int64_t last) {
#pragma omp simd
  for (std::int64_t i = first; i < last; ++i) {
    const float g = at.gradient[i] * by.scale;
    const float next = std::fma(by.momentum, at.velocity[i], g);
    at.velocity_next[i] = next;
    at.parameter_next[i] = std::fma(-by.learning_rate, std::fma(by.momentum, next, g), at.parameter[i]);
  }
}

}  // namespace

Kernel sgd(const KernelSpec& spec) {
  require_f32(spec);
  const Attributes& attributes = spec.node.attributes;
  return {[momentum = static_cast<float>(attributes.get<double>("momentum")),
           update_range = attributes.get_or("nesterov", false) ? update_by_nesterov : update_by_sgd,
           scaled = spec.operands.size() > 4, count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const SgdUpdate update{buffers.operand<float>(0), buffers.operand<float>(1), buffers.operand<float>(2),
                           buffers.result<float>(0), buffers.result<float>(1)};
    const SgdFactors factors{.momentum = momentum,
                             .learning_rate = *buffers.operand<float>(3),
                             .scale = scaled ? *buffers.operand<float>(4) : 1.0F};
    parallel_elements(count, [&](Range range) { update_range(update, factors, range.first, range.last); });
  }};
}

}  // namespace weft::onednn
