#include <algorithm>

#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"
#include "backends/runtime/exchange.h"
#include "backends/runtime/shards.h"

namespace weft::onednn {
namespace {

/// A value that processes have shards of.
struct Gathered {
  int rank;
  std::size_t shard_bytes;
  std::size_t whole_bytes;

  std::span<std::byte> whole(const KernelBuffers& buffers) const { return {buffers.result<std::byte>(0), whole_bytes}; }
  /// This process's shard takes its place in the whole.
  void place_own(const KernelBuffers& buffers) const {
    const std::span<std::byte> own = shard_in(whole(buffers), rank, shard_bytes);
    std::copy_n(buffers.operand<std::byte>(0), own.size(), own.begin());
  }
};

/// The shards go on their way, and the kernel returns: who reads the parameter waits (CompileOptions::exchanged).
Kernel gather_behind(Exchange& exchange, std::size_t channel, const Gathered& gathered) {
  exchange.define_parameter(
      channel,
      [gathered](const Communicator& communicator, std::span<std::byte> whole, std::span<std::byte>) {
        communicator.all_gather(whole, gathered.shard_bytes);
      },
      0);
  return {.run =
              [gathered, channel, &exchange](const KernelBuffers& buffers) {
                exchange.await_parameter(channel);
                gathered.place_own(buffers);
                exchange.start_parameter(channel, gathered.whole(buffers));
              },
          .kind = "exchange"};
}

}  // namespace

Kernel all_gather_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  sharding_among(spec.node.attributes, communicator->size());
  const Gathered gathered{communicator->rank(), static_cast<std::size_t>(spec.operands[0].bytes()),
                          static_cast<std::size_t>(spec.results[0].bytes())};
  if (const auto channel = channel_of(spec.node.attributes); channel && spec.exchange != nullptr)
    return gather_behind(*spec.exchange, static_cast<std::size_t>(*channel), gathered);
  return {.run =
              [gathered, communicator](const KernelBuffers& buffers) {
                gathered.place_own(buffers);
                communicator->all_gather(gathered.whole(buffers), gathered.shard_bytes);
              },
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
