#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"
#include "backends/runtime/shards.h"

namespace weft::onednn {

Kernel all_gather_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  const std::int64_t processes = sharding_among(spec.node.attributes, communicator->size()).processes;
  const TensorType& shard = spec.operands[0];
  const std::size_t element = size_of(shard.dtype);
  const auto shard_bytes = static_cast<std::size_t>(shard.bytes());
  const auto whole_bytes = static_cast<std::size_t>(spec.results[0].bytes());
  const std::size_t scratch_bytes =
      static_cast<std::size_t>(processes * piece_of_shard(shard.shape.volume(), processes, element)) * element;
  return {.run =
              [=](const KernelBuffers& buffers) {
                gather_shards(*communicator, {buffers.operand<std::byte>(0), shard_bytes},
                              {static_cast<std::byte*>(buffers.scratch), scratch_bytes},
                              {buffers.result<std::byte>(0), whole_bytes});
              },
          .scratch_bytes = scratch_bytes,
          .kind = communicator->is_alone() ? "copy" : "exchange"};
}

Kernel all_gather(const KernelSpec& spec) { return all_gather_among(spec, one_process()); }

Kernel shard_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  sharding_among(spec.node.attributes, communicator->size());
  const auto whole_bytes = static_cast<std::size_t>(spec.operands[0].bytes());
  const auto shard_bytes = static_cast<std::size_t>(spec.results[0].bytes());
  return {
      .run =
          [=, rank = communicator->rank()](const KernelBuffers& buffers) {
            take_shard({buffers.operand<std::byte>(0), whole_bytes}, rank, {buffers.result<std::byte>(0), shard_bytes});
          },
      .kind = "copy"};
}

Kernel shard(const KernelSpec& spec) { return shard_among(spec, one_process()); }

}  // namespace weft::onednn
