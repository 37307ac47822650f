#include "backends/runtime/poison.h"

#include <algorithm>
#include <cstring>

namespace weft {

void poison(std::span<std::byte> memory) {
  constexpr std::uint32_t pattern = 0x7FF8DEAD;  // two of them are a NaN of 64 bits
  for (std::size_t at = 0; at < memory.size(); at += sizeof pattern)
    std::memcpy(memory.data() + at, &pattern, std::min(sizeof pattern, memory.size() - at));
}

std::vector<DeadRegion> dead_regions(const BufferPlan& plan, std::span<const NodeId> steps) {
  std::vector<Region> regions;
  std::ranges::copy_if(plan.regions, std::back_inserter(regions),
                       [&](const Region& region) { return region.last < steps.size(); });
  std::ranges::stable_sort(regions, {}, &Region::last);

  std::vector<DeadRegion> dead;
  std::size_t kernels = 0;
  std::size_t copies = 0;
  std::size_t next = 0;
  for (std::size_t step = 0; step < steps.size(); ++step) {
    if (plan.needs_kernel[step]) ++kernels;
    while (copies < plan.part_copies.size() && plan.part_copies[copies].concat == steps[step]) ++copies;
    for (; next < regions.size() && regions[next].last == step; ++next)
      dead.push_back({kernels, copies, regions[next].offset, regions[next].bytes});
  }
  return dead;
}

}  // namespace weft
