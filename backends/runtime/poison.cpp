#include "backends/runtime/poison.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "backends/runtime/execution.h"

namespace weft {

void poison(std::span<std::byte> memory) {
  constexpr std::uint32_t pattern = 0x7FF8DEAD;  // two of them are a NaN of 64 bits
  for (std::size_t at = 0; at < memory.size(); at += sizeof pattern)
    std::memcpy(memory.data() + at, &pattern, std::min(sizeof pattern, memory.size() - at));
}

/// Not those that are copied out after the last kernel.
Poison::Poison(const Program& program) {
  const BufferPlan& plan = program.memory_plan();
  const std::span<const NodeId> schedule = program.schedule();
  std::vector<Region> regions;
  std::ranges::copy_if(plan.regions, std::back_inserter(regions),
                       [&](const Region& region) { return region.last < schedule.size(); });
  std::ranges::stable_sort(regions, {}, &Region::last);

  std::size_t steps = 0;
  std::size_t next = 0;
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    while (program.steps()[steps].node == schedule[i]) ++steps;
    for (; next < regions.size() && regions[next].last == i; ++next)
      dead_.push_back({steps, regions[next].offset, regions[next].bytes});
  }
}

void Poison::start(const Execution& execution) {
  memory_ = execution.working_memory();
  next_ = 0;
  poison(memory_);
}

void Poison::before(const StepView& step) {
  for (; next_ < dead_.size() && dead_[next_].steps <= step.position; ++next_)
    poison(memory_.subspan(dead_[next_].offset, dead_[next_].bytes));
}

}  // namespace weft
