#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// What a copy of a part of a graph has.
struct Subgraph {
  std::vector<Output> outputs;
  std::vector<Update> updates;
  /// Values that become inputs of the same type and name, so that what computes them goes.
  std::set<ValueId> cuts = {};
  /// Inputs, parameters and states that become constants of ones (integers: zeros).
  std::set<NodeId> constants = {};
  /// The extent that an extent becomes, in leaves and attributes; the rest is inferred. Empty: they stay.
  std::function<std::int64_t(std::int64_t)> extent = {};
};

/// All outputs and updates of a graph.
Subgraph whole(const Graph& graph);

/// A copy of what the subgraph's outputs and updates need, under the same names. Throws Error when that is no valid
/// graph: a variable that is updated has become a constant, smaller extents do not fit together.
Graph extract(const Graph& graph, const Subgraph& subgraph);

}  // namespace weft
