#include <cmath>
#include <limits>
#include <string>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"

// The logits of a target lie in one row, which stays in cache while its maximum and the sum of its exponentials are
// taken; no probability is ever stored forward. Rows of padding are not read.

namespace weft::onednn {
namespace {

/// The work of an exponential against that of an element moved, for the choice of threads.
constexpr std::int64_t work_per_logit = 4;

struct Loss {
  std::int64_t rows;
  std::int64_t vocabulary;
  std::int64_t batch;
  bool per_token;
  double smoothing;

  explicit Loss(const KernelSpec& spec)
      : rows(spec.operands[1].shape.volume()),
        vocabulary(spec.operands[0].shape[-1]),
        batch(spec.operands[1].shape[spec.node.attributes.get<std::int64_t>("batch_axis")]),
        per_token(spec.node.attributes.get<std::string>("normalisation") == "token_mean"),
        smoothing(spec.node.attributes.get<double>("label_smoothing")) {}

  /// What the sum over all targets is divided by. Throws Error for a target that is no row of the vocabulary.
  double divisor(const std::int32_t* targets) const {
    std::int64_t tokens = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      require(targets[row] >= 0 && targets[row] < vocabulary,
              "target {} at index {} is outside of the vocabulary of {} ids", targets[row], row, vocabulary);
      tokens += targets[row] != 0 ? 1 : 0;
    }
    return static_cast<double>(per_token ? std::max<std::int64_t>(tokens, 1) : batch);
  }
};

/// Of a row of logits: its maximum and the sum of exp(x - maximum).
struct Partition {
  float max;
  float sum;
};

WEFT_INLINE Partition partition_of(const float* x, std::int64_t count) {
  const float max = reduce_lanes(count, -std::numeric_limits<float>::infinity(), Max{},
                                 [x](std::int64_t i) WEFT_INLINE_LAMBDA { return x[i]; });
  const float sum =
      reduce_lanes(count, 0.0F, Sum{}, [x, max](std::int64_t i) WEFT_INLINE_LAMBDA { return vmath::exp(x[i] - max); });
  return {max, sum};
}

WEFT_VECTORISED Partition partition(const float* x, std::int64_t count) { return partition_of(x, count); }

WEFT_VECTORISED double sum(const float* x, std::int64_t count) {
  return reduce_lanes(count, 0.0, Sum{}, [x](std::int64_t i) WEFT_INLINE_LAMBDA { return static_cast<double>(x[i]); });
}

// -sum of q log p with q = (1 - s) at the target + s / vocabulary everywhere, and log p = x - log(sum of exp(x)).
double row_loss(const float* x, std::int32_t target, const Loss& loss) {
  const Partition part = partition(x, loss.vocabulary);
  const double log_partition = static_cast<double>(part.max) + std::log(static_cast<double>(part.sum));
  double expected = (1.0 - loss.smoothing) * static_cast<double>(x[target]);
  if (loss.smoothing != 0.0)
    expected += loss.smoothing / static_cast<double>(loss.vocabulary) * sum(x, loss.vocabulary);
  return log_partition - expected;
}

// scale * (p - q), with q as above.
WEFT_VECTORISED void loss_gradient(const float* x, float* y, std::int64_t count, float scale, float everywhere) {
  const Partition part = partition_of(x, count);
  const float inverse = 1.0F / part.sum;
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = scale * std::fma(vmath::exp(x[i] - part.max), inverse, -everywhere);
}

// Calls row(index), threads taking the rows in turn: padding often is at one end.
template <typename Row>
void for_each_target(const Loss& loss, const Row& row) {
  parallel_region(work_per_logit * loss.rows * loss.vocabulary, [&](const ThreadShare& share) {
    for (std::int64_t i = share.thread; i < loss.rows; i += share.threads) row(i);
  });
}

}  // namespace

Kernel masked_cross_entropy(const KernelSpec& spec) {
  require_f32(spec);
  const Loss loss(spec);
  return {[loss](const KernelBuffers& buffers) {
            const float* logits = buffers.operand<float>(0);
            const auto* targets = buffers.operand<std::int32_t>(1);
            const double divisor = loss.divisor(targets);
            double* losses = static_cast<double*>(buffers.scratch);
            for_each_target(loss, [&](std::int64_t row) {
              losses[row] = targets[row] == 0 ? 0.0 : row_loss(logits + row * loss.vocabulary, targets[row], loss);
            });
            double total = 0.0;
            for (std::int64_t row = 0; row < loss.rows; ++row) total += losses[row];
            *buffers.result<float>(0) = static_cast<float>(total / divisor);
          },
          static_cast<std::size_t>(loss.rows) * sizeof(double)};
}

Kernel masked_cross_entropy_gradient(const KernelSpec& spec) {
  require_f32(spec);
  return {[loss = Loss(spec)](const KernelBuffers& buffers) {
    const float* logits = buffers.operand<float>(0);
    const auto* targets = buffers.operand<std::int32_t>(1);
    float* gradient = buffers.result<float>(0);
    const double divisor = loss.divisor(targets);
    const auto scale = static_cast<float>(static_cast<double>(*buffers.operand<float>(2)) / divisor);
    const auto everywhere = static_cast<float>(loss.smoothing / static_cast<double>(loss.vocabulary));
    const auto at_target = static_cast<float>(1.0 - loss.smoothing);
    for_each_target(loss, [&](std::int64_t row) {
      const std::int64_t offset = row * loss.vocabulary;
      if (targets[row] == 0) {
        std::fill_n(gradient + offset, loss.vocabulary, 0.0F);
        return;
      }
      loss_gradient(logits + offset, gradient + offset, loss.vocabulary, scale, everywhere);
      gradient[offset + targets[row]] -= scale * at_target;
    });
  }};
}

}  // namespace weft::onednn
