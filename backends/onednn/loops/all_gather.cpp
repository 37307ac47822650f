#include <algorithm>

#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"
#include "backends/runtime/exchange.h"
#include "backends/runtime/shards.h"

namespace weft::onednn {

namespace {

/// The shards go on their way, and the kernel returns: who reads the parameter waits (CompileOptions::exchanged).
Kernel all_gather_behind(Exchange& exchange, std::size_t channel, int rank, std::size_t shard_bytes,
                         std::size_t whole_bytes, std::size_t scratch_bytes) {
  exchange.define_parameter(
      channel,
      [=](const Communicator& communicator, std::span<std::byte> whole, std::span<std::byte> scratch) {
        gather_shards(communicator, shard_in(whole, rank, shard_bytes), shard_bytes, scratch.first(scratch_bytes),
                      whole);
      },
      scratch_bytes);
  return {.run =
              [=, &exchange](const KernelBuffers& buffers) {
                const std::span<std::byte> whole(buffers.result<std::byte>(0), whole_bytes);
                exchange.await_parameter(channel);
                const std::span<std::byte> own = shard_in(whole, rank, shard_bytes);
                std::copy_n(buffers.operand<std::byte>(0), own.size(), own.begin());
                exchange.start_parameter(channel, whole);
              },
          .kind = "exchange"};
}

}  // namespace

Kernel all_gather_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  const std::int64_t processes = sharding_among(spec.node.attributes, communicator->size()).processes;
  const TensorType& shard = spec.operands[0];
  const std::size_t element = size_of(shard.dtype);
  const auto shard_bytes = static_cast<std::size_t>(shard.bytes());
  const auto whole_bytes = static_cast<std::size_t>(spec.results[0].bytes());
  const std::size_t scratch_bytes =
      static_cast<std::size_t>(processes * piece_of_shard(shard.shape.volume(), processes, element)) * element;
  if (const auto channel = channel_of(spec.node.attributes); channel && spec.exchange != nullptr)
    return all_gather_behind(*spec.exchange, static_cast<std::size_t>(*channel), communicator->rank(), shard_bytes,
                             whole_bytes, scratch_bytes);
  return {.run =
              [=](const KernelBuffers& buffers) {
                gather_shards(*communicator, {buffers.operand<std::byte>(0), shard_bytes}, shard_bytes,
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
