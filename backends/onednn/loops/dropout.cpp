#include <cmath>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "backends/runtime/random_numbers.h"

namespace weft::onednn {
namespace {

/// Draws are compared as integers of 53 bits, which a loop over vectors has: `least` is the first that is kept.
WEFT_VECTORISED void drop(const float* x, float* y, Range range, const NodeDraws::OfStep& draws, std::uint64_t least,
                          float scale) {
#pragma omp simd
  for (std::int64_t i = range.first; i < range.last; ++i) y[i] = draws.bits(i) >> 11 >= least ? x[i] * scale : 0.0F;
}

}  // namespace

Kernel dropout(const KernelSpec& spec) {
  require_f32(spec);
  const double rate = spec.node.attributes.get<double>("rate");
  const NodeDraws draws(spec.node.attributes, NodeDraws::Steps::keyed);
  return {[draws, least = static_cast<std::uint64_t>(std::ceil(rate * 0x1.0p53)),
           scale = static_cast<float>(1.0 / (1.0 - rate)),
           count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const NodeDraws::OfStep of_step = draws.of_step(*buffers.operand<std::int32_t>(1));
    const float* x = buffers.operand<float>(0);
    float* y = buffers.result<float>(0);
    parallel_elements(count, [&](Range range) { drop(x, y, range, of_step, least, scale); });
  }};
}

}  // namespace weft::onednn
