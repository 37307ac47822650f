#include "backends/onednn/loops/dropout.h"

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "backends/runtime/random_numbers.h"

namespace weft::onednn {
namespace {

WEFT_VECTORISED void drop(const float* x, float* y, Range range, const NodeDraws::OfStep& draws,
                          const DropoutRate& rate) {
#pragma omp simd
  for (std::int64_t i = range.first; i < range.last; ++i) y[i] = vmath::dropped(x[i], draws.bits(i), rate);
}

}  // namespace

Kernel dropout(const KernelSpec& spec) {
  require_f32(spec);
  const DropoutRate rate(spec.node.attributes.get<double>("rate"));
  const NodeDraws draws(spec.node.attributes, NodeDraws::Steps::keyed);
  return {[draws, rate, count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const NodeDraws::OfStep of_step = draws.of_step(*buffers.operand<std::int32_t>(1));
    const float* x = buffers.operand<float>(0);
    float* y = buffers.result<float>(0);
    parallel_elements(count, [&](Range range) { drop(x, y, range, of_step, rate); });
  }};
}

}  // namespace weft::onednn
