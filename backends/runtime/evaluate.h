#pragma once

#include <span>
#include <vector>

#include "backends/runtime/backend.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// The results of a node for these operands, computed by one kernel of the backend. Its op must have one.
std::vector<Tensor> evaluate_node(const Graph& graph, NodeId node, std::span<const Tensor* const> operands,
                                  const Backend& backend);

/// The same for a node whose operands are all constants. For constant folding.
std::vector<Tensor> evaluate_constant_node(const Graph& graph, NodeId node, const Backend& backend);

}  // namespace weft
