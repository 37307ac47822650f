// Replaces coarse ops that the backend does not run whole by what they are made of, again and again until none is left.
//
//   before                                 after
//   %h1 = gru_cell(%x, %h, %k, %r, ...)    %x_gates = dense(%x, %k, %bi)
//                                          %h_gates = dense(%h, %r, %br)
//                                          %h1 = gru_gates(%x_gates, %h_gates, %h)

#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

bool run_decompose(Graph& graph, const PassContext& context) {
  Rewriter rewriter(graph);
  // The bound grows while the loop runs: a decomposition's nodes come to their turn as well.
  for (std::uint32_t i = 0; i < graph.node_bound(); ++i) {
    if (!graph.alive(NodeId{i})) continue;
    const Node& node = graph.node(NodeId{i});
    if (node.op->decompose == nullptr || (context.runs_whole && context.runs_whole(*node.op))) continue;
    const Graph::Scope scope = graph.absolute_scope(node.name);
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) operands.push_back(graph.value(operand));
    rewriter.replace(NodeId{i}, node.op->decompose(operands, node.attributes));
  }
  return rewriter.finish();
}

}  // namespace

const Pass pass::decompose{"decompose", "replaces coarse ops by the parts that the backend runs", run_decompose};

}  // namespace weft
