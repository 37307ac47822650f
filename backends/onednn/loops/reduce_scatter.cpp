// A process gets its shard of every other one, piece by piece, and adds them up:
//
//   process 0   a0 b0         a0 a1         a = a0 + a1
//   process 1   a1 b1   ->    b0 b1   ->    b = b0 + b1
//
// So each sends and receives (n - 1) / n of the bytes, whatever n is, and no sum depends on how they came.

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"

namespace weft::onednn {

Kernel reduce_scatter_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  const std::int64_t processes = sharding_among(spec.node, *communicator).processes;
  const std::int64_t elements = spec.operands[0].shape.volume();
  const std::int64_t shard = spec.results[0].shape.volume();
  return dispatch_number(spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t piece =
        std::min(shard, most_bytes_in_flight / (processes * static_cast<std::int64_t>(sizeof(T))) + 1);
    const auto run = [=](const KernelBuffers& buffers) {
      T* const memory = static_cast<T*>(buffers.scratch);
      for (std::int64_t first = 0; first < shard; first += piece) {
        const std::int64_t count = std::min(piece, shard - first);
        const std::span<T> sent(memory, static_cast<std::size_t>(processes * count));
        const std::span<T> received(memory + processes * count, sent.size());
        for (std::int64_t rank = 0; rank < processes; ++rank)
          copy_filled(buffers.operand<T>(0), elements, rank * shard + first, count, sent.data() + rank * count);
        communicator->all_to_all(std::as_bytes(sent), std::as_writable_bytes(received));
        sum_tree(received, static_cast<std::size_t>(processes));
        std::copy_n(received.data(), count, buffers.result<T>(0) + first);
      }
    };
    return {.run = run,
            .scratch_bytes = static_cast<std::size_t>(2 * processes * piece) * sizeof(T),
            .kind = communicator->is_alone() ? "copy" : "exchange"};
  });
}

Kernel reduce_scatter(const KernelSpec& spec) { return reduce_scatter_among(spec, one_process()); }

}  // namespace weft::onednn
