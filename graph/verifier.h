#pragma once

#include "graph/graph.h"

namespace weft {

/// Checks what every graph must keep, and throws InternalError that names the first node that does not:
/// - operands, outputs and updates exist, are alive, and no node depends on itself;
/// - result types are what the op infers from the operands; a leaf's type and attributes are as its builder makes them;
/// - names are unique and found;
/// - an update writes a variable, with a value of its type, and each variable at most once.
/// Linear in the graph: it runs after every pass.
void verify(const Graph& graph);

}  // namespace weft
