#pragma once

#include <algorithm>
#include <memory>

#include "backends/runtime/communicator.h"
#include "backends/runtime/kernel.h"
#include "ops/collective/sharding.h"

namespace weft::onednn {

/// What is in flight at once, for all processes together: enough that the time goes into bytes and not into messages.
inline std::int64_t bytes_in_flight(std::int64_t processes) {
  constexpr std::int64_t least = std::int64_t{4} << 20;
  constexpr std::int64_t least_of_each = std::int64_t{64} << 10;
  return std::max(least, processes * least_of_each);
}

/// Of a shard, how many elements are in flight at once.
inline std::int64_t piece_of_shard(std::int64_t shard, std::int64_t processes, std::size_t element) {
  return std::min(shard, bytes_in_flight(processes) / (processes * static_cast<std::int64_t>(element)));
}

/// The processes of a program that runs alone.
std::shared_ptr<const Communicator> one_process();

/// A kernel among these processes, which each have the same one.
using CollectiveFactory = Kernel(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator);
CollectiveFactory all_reduce_among;
CollectiveFactory reduce_scatter_among;
CollectiveFactory all_gather_among;
CollectiveFactory shard_among;
CollectiveFactory global_norm_of_shards_among;

/// The elements [first, first + count) of x, which has `elements`, as `To`: zeros where there are none.
template <typename T, typename To>
void copy_filled(const T* x, std::int64_t elements, std::int64_t first, std::int64_t count, To* to) {
  const std::int64_t there = std::clamp<std::int64_t>(elements - first, 0, count);
  std::transform(x + std::min(first, elements), x + std::min(first, elements) + there, to,
                 [](T element) { return static_cast<To>(element); });
  std::fill_n(to + there, count - there, static_cast<To>(T{}));
}

}  // namespace weft::onednn
