#pragma once

#include <string>

#include "graph/graph.h"

namespace weft {

/// The graph in Graphviz's language, to be drawn by `dot -Tsvg`: one box a node, in a frame for each scope; inputs
/// green, parameters orange, states violet, constants grey, computed values white. Edges carry the types; an update is
/// a dashed edge from the value to its variable. The same graph gives the same text.
std::string to_dot(const Graph& graph);

}  // namespace weft
