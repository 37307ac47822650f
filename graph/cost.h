#pragma once

#include "graph/graph.h"

namespace weft {

/// Floating-point operations of one evaluation of the node; 0 for leaves and for ops that only move data.
double flops_of(const Graph& graph, const Node& node);

/// Bytes of the node's operands and results: what one evaluation reads and writes at most. 0 for leaves, which no
/// kernel computes.
double bytes_of(const Graph& graph, const Node& node);

}  // namespace weft
