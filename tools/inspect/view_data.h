#pragma once

#include <string>
#include <vector>

#include "backends/runtime/backend.h"
#include "graph/graph.h"
#include "tools/inspect/node_times.h"

namespace weft::inspect {

/// Which part of a training step a node belongs to.
enum class Part { leaf, forward, gradient, update };

/// The part of every node of `order`, which is all nodes of the graph in an order of execution. Gradients are what
/// automatic differentiation made (the scope "gradient"); updates are what needs gradients and lies outside of that
/// scope, and what only they use; the rest computes forward.
std::vector<Part> parts_of(const Graph& graph, const std::vector<NodeId>& order);

/// The graph as the page's script reads it, JSON; view_graph.js documents the form. `planned_for`: the backend whose
/// kernels the memory plan, which is then part of it, is for; nullptr: without one. Such a graph must be compiled.
std::string view_data(const Graph& graph, std::string_view stage, const NodeTimes& times, const Backend* planned_for);

}  // namespace weft::inspect
