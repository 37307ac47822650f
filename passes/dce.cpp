// Dead code elimination: removes every node from which no output and no update can be reached. Leaves that are fed or
// kept by the user (inputs, parameters, states) stay: they are part of the graph's interface.
//
//   before                       after
//   %a = exp(%x)                 %b = log(%x)
//   %b = log(%x)                 output "y" = %b
//   output "y" = %b

#include <vector>

#include "graph/graph.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

bool is_interface(const Node& node) { return is_leaf(*node.op) && node.op != &leaf::constant; }

bool run_dce(Graph& graph, const PassContext&) {
  const std::vector<bool> live = live_nodes(graph);
  bool changed = false;
  for (const NodeId id : graph.nodes()) {
    if (live[id.index] || is_interface(graph.node(id))) continue;
    graph.erase(id);
    changed = true;
  }
  return changed;
}

}  // namespace

const Pass pass::dce{"dce", "removes nodes that no output and no update needs", run_dce};

}  // namespace weft
