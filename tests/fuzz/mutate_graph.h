#pragma once

#include "graph/graph.h"
#include "tests/fuzz/choices.h"

namespace weft::fuzz {

/// A copy of a graph with a few changes: other operands (one of them twice), other attributes, another op of the same
/// operands, nodes that are inserted or taken away, leaves of another shape, kind or content, fewer outputs. What no
/// longer fits is made to fit, so that the copy is a valid graph; it stays small.
Graph mutate_graph(const Graph& graph, Choices& choices);

}  // namespace weft::fuzz
