#include <cmath>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

/// Squares are summed by chunks of so many elements, and the chunks' sums in order, whatever the number of threads.
constexpr std::int64_t norm_chunk = 65536;

struct NormChunk {
  std::size_t operand;
  std::int64_t first;
  std::int64_t count;
};

WEFT_VECTORISED double sum_of_squares(const float* x, std::int64_t count) {
  return reduce_lanes(count, 0.0, Sum{}, [x](std::int64_t i) WEFT_INLINE_LAMBDA {
    return static_cast<double>(x[i]) * static_cast<double>(x[i]);
  });
}

}  // namespace

Kernel global_norm(const KernelSpec& spec) {
  require_f32(spec);
  std::vector<NormChunk> chunks;
  std::int64_t elements = 0;
  for (std::size_t i = 0; i < spec.operands.size(); ++i) {
    const std::int64_t count = spec.operands[i].shape.volume();
    elements += count;
    for (std::int64_t first = 0; first < count; first += norm_chunk)
      chunks.push_back({i, first, std::min(norm_chunk, count - first)});
  }
  const std::size_t scratch_bytes = chunks.size() * sizeof(double);
  return {[chunks = std::move(chunks), elements](const KernelBuffers& buffers) {
            double* sums = static_cast<double*>(buffers.scratch);
            const std::int64_t count = std::ssize(chunks);
            parallel_region(elements, [&](const ThreadShare& share) {
              const Range range = share.of(count);
              for (std::int64_t i = range.first; i < range.last; ++i) {
                const NormChunk& part = chunks[static_cast<std::size_t>(i)];
                sums[i] = sum_of_squares(buffers.operand<float>(part.operand) + part.first, part.count);
              }
            });
            double total = 0.0;
            for (std::int64_t i = 0; i < count; ++i) total += sums[i];
            *buffers.result<float>(0) = static_cast<float>(std::sqrt(total));
          },
          scratch_bytes};
}

}  // namespace weft::onednn
