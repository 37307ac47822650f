#pragma once

#include <vector>

#include "graph/graph.h"

namespace weft {

/// The types of some values of a graph.
std::vector<TensorType> types_of(const Graph& graph, const std::vector<ValueId>& values);

/// Floating-point operations of one evaluation of a node.
double flops_of(const Graph& graph, const Node& node);

/// Bytes that one evaluation of a node reads and writes: of all operands and results, unless its op says otherwise.
double bytes_of(const Graph& graph, const Node& node);

}  // namespace weft
