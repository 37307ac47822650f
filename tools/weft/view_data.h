#pragma once

#include <map>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "graph/graph.h"

namespace weft::tool {

/// Which part of a training step a node belongs to.
enum class Part { leaf, forward, gradient, update };

/// The part of every node of `order`, which is all nodes of the graph in an order of execution. Gradients are what
/// automatic differentiation made (the scope "gradient"); updates are what needs gradients and lies outside of that
/// scope, and what only they use; the rest computes forward.
std::vector<Part> parts_of(const Graph& graph, const std::vector<NodeId>& order);

/// What one run of the node costs, as a profile tells.
struct NodeTime {
  std::string kind;  ///< what runs it
  double seconds = 0;
};
using NodeTimes = std::map<std::string, NodeTime, std::less<>>;  // by the node's name

/// Reads the JSON of a profile: {"runs": 10, "nodes": [{"node": "decoder/step3/dense", "kind": "sgemm",
/// "seconds": 0.02}, ...]}, the seconds of all runs. Throws Error that names the file when it is none.
NodeTimes load_node_times(const std::string& path);

/// The graph as the page's script reads it, JSON; view_graph.js documents the form. `planned_for`: the backend whose
/// kernels the memory plan, which is then part of it, is for; nullptr: without one. Such a graph must be compiled.
std::string view_data(const Graph& graph, std::string_view stage, const NodeTimes& times, const Backend* planned_for);

}  // namespace weft::tool
