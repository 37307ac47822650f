#pragma once

#include "backends/backend.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft::test {

/// Runs a graph node by node with the backend's kernels, every value in memory of its own: what executables, which
/// share memory, are compared with. `variables` holds the parameters and states by name and is updated. Returns the
/// outputs. All nodes must have kernels.
TensorMap interpret(const Graph& graph, const Backend& backend, const TensorMap& inputs, TensorMap& variables);

}  // namespace weft::test
