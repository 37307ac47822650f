#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weft {

/// What offsets in an arena are multiples of: a cache line.
inline constexpr std::size_t arena_alignment = 64;

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
  std::size_t visits = 0;            ///< what planning cost: how many pieces of occupied memory it looked at
};

/// Gives every interval an offset in one arena so that intervals that are live at the same time do not overlap. A pure
/// function: the best of several orderings, each placing an interval in the lowest gap that fits; then, within a bound
/// on its visits of the order of n log n for n intervals, hill climbing from the best of them.
/// Throws InternalError if its own check finds an overlap.
MemoryPlan plan_memory(std::span<const LiveInterval> intervals, std::size_t alignment = arena_alignment);

/// The most bytes live at one step, sizes rounded up to the alignment, and the first step at which they are.
struct Peak {
  std::size_t bytes = 0;
  std::uint32_t step = 0;
};
Peak find_peak(std::span<const LiveInterval> intervals, std::size_t alignment = arena_alignment);

}  // namespace weft
