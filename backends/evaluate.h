#pragma once

#include <vector>

#include "backends/backend.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// The results of a node whose operands are all constants, computed by one kernel of the backend. The node's op must
/// have one. For constant folding.
std::vector<Tensor> evaluate_constant_node(const Graph& graph, NodeId node, const Backend& backend);

}  // namespace weft
