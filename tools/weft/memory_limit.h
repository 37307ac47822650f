#pragma once

#include "graph/graph.h"

namespace weft::tool {

/// Throws Error, naming the largest value, when the graph's leaves and outputs and its largest value alone are more
/// than the machine's memory: a file may claim any extents, and must be refused before they are made.
void require_memory_for(const Graph& graph);

/// The same for a command that keeps every value at once, as it is and in float64.
void require_memory_for_all_values(const Graph& graph);

}  // namespace weft::tool
