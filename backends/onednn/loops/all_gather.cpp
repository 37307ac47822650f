#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"

namespace weft::onednn {

Kernel all_gather_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  const std::int64_t processes = sharding_among(spec.node, *communicator).processes;
  const std::int64_t elements = spec.results[0].shape.volume();
  const std::int64_t shard = spec.operands[0].shape.volume();
  return dispatch_size(spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t piece = piece_of_shard(shard, processes, sizeof(T));
    const auto run = [=](const KernelBuffers& buffers) {
      T* const y = buffers.result<T>(0);
      for (std::int64_t first = 0; first < shard; first += piece) {
        const std::int64_t count = std::min(piece, shard - first);
        const std::span<T> parts(static_cast<T*>(buffers.scratch), static_cast<std::size_t>(processes * count));
        std::copy_n(buffers.operand<T>(0) + first, count, parts.data() + communicator->rank() * count);
        communicator->all_gather(std::as_writable_bytes(parts));
        for (std::int64_t rank = 0; rank < processes; ++rank) {
          const std::int64_t at = rank * shard + first;
          if (at < elements) std::copy_n(parts.data() + rank * count, std::min(count, elements - at), y + at);
        }
      }
    };
    return {.run = run,
            .scratch_bytes = static_cast<std::size_t>(processes * piece) * sizeof(T),
            .kind = communicator->is_alone() ? "copy" : "exchange"};
  });
}

Kernel all_gather(const KernelSpec& spec) { return all_gather_among(spec, one_process()); }

Kernel shard_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  sharding_among(spec.node, *communicator);
  const std::int64_t elements = spec.operands[0].shape.volume();
  const std::int64_t shard = spec.results[0].shape.volume();
  const std::int64_t first = communicator->rank() * shard;
  return dispatch_size(spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {.run =
                [=](const KernelBuffers& buffers) {
                  copy_filled(buffers.operand<T>(0), elements, first, shard, buffers.result<T>(0));
                },
            .kind = "copy"};
  });
}

Kernel shard(const KernelSpec& spec) { return shard_among(spec, one_process()); }

}  // namespace weft::onednn
