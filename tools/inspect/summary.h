#pragma once

#include <cstddef>
#include <string>

#include "graph/graph.h"
#include "tools/inspect/graph_info.h"

namespace weft::inspect {

/// What a graph holds, for people: its leaves and outputs, its size, its nodes by op with their cost. `with_memory`:
/// the memory that its values need as well.
std::string summary(const Graph& graph, bool with_memory);

/// The parts of it: the graph's interface and totals; a table by op; and a table by scope, down to `depth` parts.
std::string overview(const Graph& graph, const GraphInfo& info, bool with_memory);
std::string table_of_ops(const GraphInfo& info);
std::string table_of_scopes(const GraphInfo& info, std::size_t depth);

}  // namespace weft::inspect
