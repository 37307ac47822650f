#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/ids.h"
#include "passes/memory/buffers.h"

namespace weft {

/// Fills memory with what no computation makes and none gets over unnoticed: NaN as f32 and as f64, 2146950829 as i32,
/// no bool. A rest of less than four bytes, too.
void poison(std::span<std::byte> memory);

/// A region of the arena that nobody uses any more once so many kernels and copies of a run are done.
struct DeadRegion {
  std::size_t kernels = 0;
  std::size_t copies = 0;  ///< of parts into concats
  std::size_t offset = 0;
  std::size_t bytes = 0;
};

/// The regions of a plan that die during a run, in the order in which they do; not those that are copied out after it.
std::vector<DeadRegion> dead_regions(const BufferPlan& plan, std::span<const NodeId> steps);

}  // namespace weft
