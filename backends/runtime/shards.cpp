#include "backends/runtime/shards.h"

#include <algorithm>

namespace weft {
namespace {

/// What lies from there on; nothing beyond the end.
template <typename Byte>
std::span<Byte> rest(std::span<Byte> bytes, std::size_t first) {
  return bytes.subspan(std::min(bytes.size(), first));
}

/// That process's shard, as far as it is in the whole.
template <typename Byte>
std::span<Byte> own_part(std::span<Byte> whole, int rank, std::size_t shard_bytes) {
  const std::span<Byte> own = rest(whole, static_cast<std::size_t>(rank) * shard_bytes);
  return own.first(std::min(own.size(), shard_bytes));
}

}  // namespace

void take_shard(std::span<const std::byte> whole, int rank, std::span<std::byte> shard) {
  const auto end = std::ranges::copy(own_part(whole, rank, shard.size()), shard.begin()).out;
  std::fill(end, shard.end(), std::byte{0});
}

std::span<std::byte> shard_in(std::span<std::byte> whole, int rank, std::size_t shard_bytes) {
  return own_part(whole, rank, shard_bytes);
}

void gather_shards(const Communicator& communicator, std::span<const std::byte> shard, std::span<std::byte> parts,
                   std::span<std::byte> whole) {
  const auto processes = static_cast<std::size_t>(communicator.size());
  const std::size_t most = parts.size() / processes;
  for (std::size_t first = 0; first < shard.size(); first += most) {
    const std::size_t count = std::min(most, shard.size() - first);
    const std::span<std::byte> sent = parts.first(processes * count);
    std::ranges::copy(shard.subspan(first, count),
                      sent.subspan(static_cast<std::size_t>(communicator.rank()) * count).begin());
    communicator.all_gather(sent);
    for (std::size_t rank = 0; rank < processes; ++rank) {
      const std::span<std::byte> to = rest(whole, rank * shard.size() + first);
      std::ranges::copy(sent.subspan(rank * count, std::min(count, to.size())), to.begin());
    }
  }
}

}  // namespace weft
