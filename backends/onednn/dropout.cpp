#include <cmath>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vectorise.h"
#include "graph/random.h"

namespace weft::onednn {
namespace {

/// Draws are compared as integers of 53 bits, which a loop over vectors has: `least` is the first that is kept.
WEFT_VECTORISED void drop(const float* x, float* y, Range range, const CounterRandom& random, std::uint64_t least,
                          float scale) {
#pragma omp simd
  for (std::int64_t i = range.first; i < range.last; ++i)
    y[i] = random.bits(static_cast<std::uint64_t>(i)) >> 11 >= least ? x[i] * scale : 0.0F;
}

}  // namespace

Kernel dropout(const KernelSpec& spec) {
  require_f32(spec);
  const double rate = spec.node.attributes.get<double>("rate");
  const CounterRandom stream(static_cast<std::uint64_t>(spec.node.attributes.get<std::int64_t>("seed")),
                             spec.node.attributes.get<std::string>("stream"));
  return {[stream, least = static_cast<std::uint64_t>(std::ceil(rate * 0x1.0p53)),
           scale = static_cast<float>(1.0 / (1.0 - rate)),
           count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const CounterRandom random = stream.at(static_cast<std::uint64_t>(*buffers.operand<std::int32_t>(1)));
    const float* x = buffers.operand<float>(0);
    float* y = buffers.result<float>(0);
    parallel_elements(count, [&](Range range) { drop(x, y, range, random, least, scale); });
  }};
}

}  // namespace weft::onednn
