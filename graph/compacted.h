#pragma once

#include "graph/graph.h"

namespace weft {

/// A copy of a graph without what was erased, in topological order under new ids. Passes leave more nodes behind than
/// they keep, so that it takes a part of the memory.
Graph compacted(const Graph& graph);

}  // namespace weft
