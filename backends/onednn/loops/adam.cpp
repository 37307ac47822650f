#include <cmath>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

/// The factors of one update.
struct AdamFactors {
  float beta1;
  float beta2;
  float rest1;        ///< 1 - beta1
  float rest2;        ///< 1 - beta2
  float correction1;  ///< 1 / (1 - beta1^step), and the learning rate with it
  float correction2;  ///< 1 / (1 - beta2^step)
  float epsilon;
  float scale;  ///< of the gradient
  float kept;   ///< of the parameter: 1, or less with weight decay
};

/// The memory of one update; results may lie over the operands of their kind.
struct AdamUpdate {
  const float* parameter;
  const float* gradient;
  const float* m;
  const float* v;
  float* parameter_next;
  float* m_next;
  float* v_next;
};

// One pass over memory, which is what bounds it. The arguments are copies: no store can be to them.
WEFT_VECTORISED void update_by_adam(AdamUpdate at, AdamFactors by, std::int64_t first, std::int64_t last) {
#pragma omp simd
  for (std::int64_t i = first; i < last; ++i) {
    const float g = at.gradient[i] * by.scale;
    const float first_moment = std::fma(by.beta1, at.m[i], by.rest1 * g);
    const float second_moment = std::fma(by.beta2, at.v[i], by.rest2 * g * g);
    at.m_next[i] = first_moment;
    at.v_next[i] = second_moment;
    at.parameter_next[i] = by.kept * at.parameter[i] -
                           by.correction1 * first_moment / (std::sqrt(second_moment * by.correction2) + by.epsilon);
  }
}

}  // namespace

Kernel adam(const KernelSpec& spec) {
  require_f32(spec);
  const Attributes& attributes = spec.node.attributes;
  return {[beta1 = attributes.get<double>("beta1"), beta2 = attributes.get<double>("beta2"),
           epsilon = attributes.get<double>("epsilon"), weight_decay = attributes.get_or("weight_decay", 0.0),
           scaled = spec.operands.size() > 6, count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const double step = *buffers.operand<std::int32_t>(4);
    const double learning_rate = *buffers.operand<float>(5);
    const AdamFactors factors{.beta1 = static_cast<float>(beta1),
                              .beta2 = static_cast<float>(beta2),
                              .rest1 = static_cast<float>(1.0 - beta1),
                              .rest2 = static_cast<float>(1.0 - beta2),
                              .correction1 = static_cast<float>(learning_rate / (1.0 - std::pow(beta1, step))),
                              .correction2 = static_cast<float>(1.0 / (1.0 - std::pow(beta2, step))),
                              .epsilon = static_cast<float>(epsilon),
                              .scale = scaled ? *buffers.operand<float>(6) : 1.0F,
                              .kept = static_cast<float>(1.0 - learning_rate * weight_decay)};
    const AdamUpdate update{buffers.operand<float>(0), buffers.operand<float>(1), buffers.operand<float>(2),
                            buffers.operand<float>(3), buffers.result<float>(0),  buffers.result<float>(1),
                            buffers.result<float>(2)};
    parallel_elements(count, [&](Range range) { update_by_adam(update, factors, range.first, range.last); });
  }};
}

}  // namespace weft::onednn
