#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/add_rows.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"

// Reading the keys and computing tanh is all the work, so the gradient computes tanh again rather than read it, and
// makes all its results in one pass over the keys.

namespace weft::onednn {
namespace {

/// The work of a tanh against that of an element moved, for the choice of threads.
constexpr std::int64_t work_per_score_unit = 4;

WEFT_VECTORISED float score(const float* query, const float* key, const float* v, std::int64_t units) {
  return fold_lanes(
      units, 0.0F,
      [query, key, v](float sum, std::int64_t u)
          WEFT_INLINE_LAMBDA { return std::fma(v[u], vmath::tanh(query[u] + key[u]), sum); },
      Sum{});
}

// Writes d_key, and adds to the sums d_query (over the row's keys) and d_v.
WEFT_VECTORISED void key_gradient(const float* query, const float* key, const float* v, float cotangent, float* d_query,
                                  float* d_key, float* d_v, std::int64_t units) {
#pragma omp simd
  for (std::int64_t u = 0; u < units; ++u) {
    const float t = vmath::tanh(query[u] + key[u]);
    const float d = cotangent * v[u] * (1.0F - t * t);
    d_key[u] = d;
    d_query[u] += d;
    d_v[u] = std::fma(cotangent, t, d_v[u]);
  }
}

struct ScoreExtents {
  std::int64_t batch;
  std::int64_t time;
  std::int64_t units;

  explicit ScoreExtents(const Shape& keys) : batch(keys[0]), time(keys[1]), units(keys[2]) {}
};

// One row of the batch: its d_query and d_keys, and its part of d_v.
void score_gradient(const ScoreExtents& extents, const KernelBuffers& buffers, std::int64_t b, float* d_v) {
  const auto [batch, time, units] = extents;
  const float* query = buffers.operand<float>(0) + b * units;
  const float* keys = buffers.operand<float>(1) + b * time * units;
  const float* v = buffers.operand<float>(2);
  const float* cotangents = buffers.operand<float>(3) + b * time;
  float* d_query = buffers.result<float>(0) + b * units;
  float* d_keys = buffers.result<float>(1) + b * time * units;
  std::fill_n(d_query, units, 0.0F);
  std::fill_n(d_v, units, 0.0F);
  for (std::int64_t t = 0; t < time; ++t) {
    if (cotangents[t] == 0.0F)  // Padding: its attention weight is 0.
      std::fill_n(d_keys + t * units, units, 0.0F);
    else
      key_gradient(query, keys + t * units, v, cotangents[t], d_query, d_keys + t * units, d_v, units);
  }
}

}  // namespace

Kernel additive_scores(const KernelSpec& spec) {
  require_f32(spec);
  const ScoreExtents extents(spec.operands[1].shape);
  return {[extents](const KernelBuffers& buffers) {
    const auto [batch, time, units] = extents;
    const float* query = buffers.operand<float>(0);
    const float* keys = buffers.operand<float>(1);
    const float* v = buffers.operand<float>(2);
    const float bias = *buffers.operand<float>(3);
    float* scores = buffers.result<float>(0);
    parallel_for(batch * time, work_per_score_unit * units, [=, time = time, units = units](Range range) {
      for (std::int64_t i = range.first; i < range.last; ++i)
        scores[i] = score(query + i / time * units, keys + i * units, v, units) + bias;
    });
  }};
}

Kernel additive_scores_gradient(const KernelSpec& spec) {
  require_f32(spec);
  const ScoreExtents extents(spec.operands[1].shape);
  const auto [batch, time, units] = extents;
  return {[extents](const KernelBuffers& buffers) {
            const auto [batch, time, units] = extents;
            // Each row's part of d_v, added up in the rows' order when all are there.
            float* parts = static_cast<float*>(buffers.scratch);
            parallel_for(batch, work_per_score_unit * time * units, [&, units = units](Range range) {
              for (std::int64_t b = range.first; b < range.last; ++b)
                score_gradient(extents, buffers, b, parts + b * units);
            });
            float* d_v = buffers.result<float>(2);
            std::fill_n(d_v, units, 0.0F);
            for (std::int64_t b = 0; b < batch; ++b) add_to(d_v, parts + b * units, units);
            const float* cotangents = buffers.operand<float>(3);
            float d_bias = 0.0F;
            for (std::int64_t i = 0; i < batch * time; ++i) d_bias += cotangents[i];
            *buffers.result<float>(3) = d_bias;
          },
          static_cast<std::size_t>(batch * units) * sizeof(float)};
}

}  // namespace weft::onednn
