#include <cmath>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

// Squares are summed by chunks, and the chunks' sums in order, whatever the number of threads, and of processes that have
// whole chunks of a value each.

struct NormChunk {
  std::size_t operand;
  std::int64_t first;
  std::int64_t count;
};

/// Of an operand that has so many elements; the last ones may be empty, of those that `shard` has room for.
void add_chunks(std::vector<NormChunk>& chunks, std::size_t operand, std::int64_t elements, std::int64_t shard) {
  for (std::int64_t first = 0; first < shard; first += norm_chunk)
    chunks.push_back({operand, first, std::clamp<std::int64_t>(elements - first, 0, norm_chunk)});
}

WEFT_VECTORISED double sum_of_squares(const float* x, std::int64_t count) {
  return reduce_lanes(count, 0.0, Sum{}, [x](std::int64_t i) WEFT_INLINE_LAMBDA {
    return static_cast<double>(x[i]) * static_cast<double>(x[i]);
  });
}

/// A sum of each chunk.
void sum_chunks(const std::vector<NormChunk>& chunks, const KernelBuffers& buffers, double* sums) {
  const std::int64_t count = std::ssize(chunks);
  std::int64_t elements = 0;
  for (const NormChunk& part : chunks) elements += part.count;
  parallel_region(elements, [&](const ThreadShare& share) {
    const Range range = share.of(count);
    for (std::int64_t i = range.first; i < range.last; ++i) {
      const NormChunk& part = chunks[static_cast<std::size_t>(i)];
      sums[i] = sum_of_squares(buffers.operand<float>(part.operand) + part.first, part.count);
    }
  });
}

}  // namespace

Kernel global_norm(const KernelSpec& spec) {
  require_f32(spec);
  std::vector<NormChunk> chunks;
  for (std::size_t i = 0; i < spec.operands.size(); ++i) {
    const std::int64_t elements = spec.operands[i].shape.volume();
    add_chunks(chunks, i, elements, elements);
  }
  const std::size_t scratch_bytes = chunks.size() * sizeof(double);
  return {[chunks = std::move(chunks)](const KernelBuffers& buffers) {
            double* sums = static_cast<double*>(buffers.scratch);
            sum_chunks(chunks, buffers, sums);
            double total = 0.0;
            for (std::size_t i = 0; i < chunks.size(); ++i) total += sums[i];
            *buffers.result<float>(0) = static_cast<float>(std::sqrt(total));
          },
          scratch_bytes};
}

// Each process sums its chunks of what is shared, and all chunks of what is not. All get the sums of all, and add those
// of a value in the order of its chunks, which is that of the processes.
Kernel global_norm_of_shards_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  require_f32(spec);
  const Sharding sharding = sharding_among(spec.node.attributes, communicator->size());
  const auto& elements = spec.node.attributes.get<std::vector<std::int64_t>>("elements");
  require(communicator->is_alone() || sharding.step % norm_chunk == 0,
          "the norm of shards is summed by chunks of {} elements: a step of {} does not divide a value into such",
          norm_chunk, sharding.step);
  std::vector<NormChunk> chunks;
  std::vector<std::size_t> ends;  // of the operands' chunks
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::int64_t size = spec.operands[i].shape.volume();
    const std::int64_t before = elements[i] == 0 ? 0 : communicator->rank() * size;
    add_chunks(chunks, i, elements[i] == 0 ? size : std::clamp<std::int64_t>(elements[i] - before, 0, size), size);
    ends.push_back(chunks.size());
  }
  const std::size_t scratch_bytes = chunks.size() * static_cast<std::size_t>(communicator->size()) * sizeof(double);
  return {[=](const KernelBuffers& buffers) {
            const std::size_t count = chunks.size();
            const std::span<double> sums(static_cast<double*>(buffers.scratch),
                                         count * static_cast<std::size_t>(communicator->size()));
            sum_chunks(chunks, buffers, sums.data() + static_cast<std::size_t>(communicator->rank()) * count);
            communicator->all_gather(std::as_writable_bytes(sums));
            double total = 0.0;
            for (std::size_t i = 0, first = 0; i < ends.size(); first = ends[i], ++i) {
              const std::size_t processes = elements[i] == 0 ? 1 : static_cast<std::size_t>(communicator->size());
              for (std::size_t rank = 0; rank < processes; ++rank)
                for (std::size_t chunk = first; chunk < ends[i]; ++chunk) total += sums[rank * count + chunk];
            }
            *buffers.result<float>(0) = static_cast<float>(std::sqrt(total));
          },
          scratch_bytes, communicator->is_alone() ? "loop" : "exchange"};
}

Kernel global_norm_of_shards(const KernelSpec& spec) { return global_norm_of_shards_among(spec, one_process()); }

}  // namespace weft::onednn
