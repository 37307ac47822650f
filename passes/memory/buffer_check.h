#pragma once

#include <cstddef>
#include <span>

#include "graph/graph.h"
#include "passes/memory/buffers.h"

namespace weft {

/// Proves a memory plan without trusting the planner: follows the schedule and notes, for every byte of the arena and
/// of the leaves, who wrote it. Throws InternalError, with both names, their bytes and their steps, when a step or an
/// output reads bytes that are no longer (or not yet) those of the value that it means, when a kernel writes over an
/// operand that its op does not let it write over, or when something lies outside the arena. Arguments as for
/// plan_buffers().
void check_buffers(const Graph& graph, std::span<const NodeId> steps, std::span<const std::size_t> scratch_bytes,
                   const BufferPlan& plan);

}  // namespace weft
