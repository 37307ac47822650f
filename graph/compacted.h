#pragma once

#include <span>

#include "graph/graph.h"

namespace weft {

/// A copy of a graph without what was erased, in topological order under new ids, with `first` as early as may be
/// (topological_order). Passes leave more nodes behind than they keep, so that it takes a part of the memory.
Graph compacted(const Graph& graph, std::span<const NodeId> first = {});

}  // namespace weft
