#pragma once

#include <functional>
#include <span>

#include "backends/runtime/backend.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// Runs a graph as it stands, node by node with the backend's kernels, every value in memory of its own: slow, and
/// independent of the passes and of the memory plan, so that both can be compared with it. An op that the backend does
/// not run whole runs in the parts that it decomposes into. `variables` holds the parameters and states by name and is
/// updated. Returns the outputs. Throws Error that names the node when its data are bad. `observer` sees the results of
/// every node that is no leaf, in the order of execution.
using NodeObserver = std::function<void(NodeId node, std::span<const Tensor> results)>;
TensorMap interpret(const Graph& graph, const Backend& backend, const TensorMap& inputs, TensorMap& variables,
                    const NodeObserver& observer = {});

}  // namespace weft
