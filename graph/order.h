#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// All nodes, each after the producers of its operands: for each node by id, first (depth-first) what it needs. Linear,
/// without recursion. A graph whose ids are already such an order keeps it. `first`: nodes that come before all that they
/// do not need. Throws Error that names a node on a cycle.
std::vector<NodeId> topological_order(const Graph& graph, std::span<const NodeId> first = {});

/// For every node (by index) whether an output or an update can be reached from it.
std::vector<bool> live_nodes(const Graph& graph);

/// For every value (by index) the number of its uses: as operand, output or update.
std::vector<std::uint32_t> use_counts(const Graph& graph);

}  // namespace weft
