#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weft {

/// A piece of memory that must hold from one step of the schedule to another, both included.
struct LiveInterval {
  std::size_t bytes = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  ///< one an interval, multiples of the alignment
  std::size_t bytes = 0;             ///< the arena's size
  std::size_t lower_bound = 0;       ///< the most bytes live at one step: no plan can be smaller
};

/// Gives every interval an offset in one arena so that intervals that are live at the same time do not overlap. A pure
/// function: the best of several orderings (largest first, longest first, as they come), each placing an interval in
/// the lowest gap that fits among those it meets. Throws InternalError if its own check finds an overlap.
MemoryPlan plan_memory(std::span<const LiveInterval> intervals, std::size_t alignment = 64);

}  // namespace weft
