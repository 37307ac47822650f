#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

// The result may lie over `start`.
WEFT_VECTORISED void interpolate(const float* start, const float* end, float weight, float* y, Range range) {
#pragma omp simd
  for (std::int64_t i = range.first; i < range.last; ++i) y[i] = start[i] + weight * (end[i] - start[i]);
}

}  // namespace

Kernel lerp(const KernelSpec& spec) {
  require_f32(spec);
  return {[count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const float* start = buffers.operand<float>(0);
    const float* end = buffers.operand<float>(1);
    const float weight = *buffers.operand<float>(2);
    float* y = buffers.result<float>(0);
    parallel_elements(count, [&](Range range) { interpolate(start, end, weight, y, range); });
  }};
}

}  // namespace weft::onednn
