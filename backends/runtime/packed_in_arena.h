#pragma once

#include <cstddef>
#include <set>
#include <span>

#include "backends/runtime/kernel.h"
#include "graph/graph.h"

namespace weft {

/// The nodes whose kernel is lent memory for its packed copy, behind its scratch memory in the arena: what it packs changes
/// with each run, so that it must be packed in each run anyway, and no other kernel shares the copy. So the weights of a
/// training step that are used once need no packed copies beside them from run to run. `kernels`: of the schedule's nodes.
std::set<NodeId> packed_in_arena(const Graph& graph, std::span<const NodeId> schedule, std::span<const Kernel> kernels);

/// Where that copy begins, from the start of the scratch memory.
std::size_t offset_of_copy(const Kernel& kernel);

/// The kernel's scratch memory, with the copy where it is lent memory for it.
std::size_t scratch_bytes(const Kernel& kernel, bool is_lent);

}  // namespace weft
