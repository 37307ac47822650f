#pragma once

#include <cstddef>
#include <span>

#include "backends/runtime/communicator.h"

namespace weft {

// A value as a whole, and its shards: of equal sizes, one behind the other in the order of the processes. The last ones may
// reach beyond the whole.

/// That process's shard of a whole: zeros where it reaches beyond.
void take_shard(std::span<const std::byte> whole, int rank, std::span<std::byte> shard);

/// The whole of the shards of all processes, which all call it; a process that gives no memory for it only gives its shard.
/// `parts`: as much memory for each process as goes on its way at once, a multiple of an element's size.
void gather_shards(const Communicator& communicator, std::span<const std::byte> shard, std::span<std::byte> parts,
                   std::span<std::byte> whole);

/// That process's shard, as far as it is in the whole.
std::span<std::byte> shard_in(std::span<std::byte> whole, int rank, std::size_t shard_bytes);

}  // namespace weft
