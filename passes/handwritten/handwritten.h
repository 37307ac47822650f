#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// By the last of some nodes that compute together what one op does: appends that op, and gives the value that may
/// stand for the node's result. None of the other nodes' results is read by anything else.
using Handwritten = std::unordered_map<NodeId, std::function<Value()>>;

/// All of them: attention (attention.h), softmaxes that are not part of one and their logarithms (softmax.h), sigmoids
/// (sigmoid.h). `nodes`: in topological
/// order; `uses`: how often each value is read (graph/order.h). `is_differentiated`: whether a gradient with respect to
/// the value is asked for.
Handwritten find_handwritten(Graph& graph, std::span<const NodeId> nodes, std::span<const std::uint32_t> uses,
                             const std::function<bool(ValueId)>& is_differentiated);

}  // namespace weft
