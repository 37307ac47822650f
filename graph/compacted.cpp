#include "graph/compacted.h"

#include <vector>

#include "graph/order.h"

namespace weft {

Graph compacted(const Graph& graph, std::span<const NodeId> first) {
  Graph copy(graph.name());
  std::vector<Value> values(graph.value_bound());
  for (const NodeId id : topological_order(graph, first)) {
    const Node& node = graph.node(id);
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) operands.push_back(values[operand.index]);
    std::vector<TensorType> types;
    for (const ValueId result : node.results) types.push_back(graph.type(result));
    const std::vector<Value> results = copy.restore(*node.op, operands, node.attributes, node.name, node.scope, types);
    for (std::size_t i = 0; i < results.size(); ++i) values[node.results[i].index] = results[i];
  }
  for (const Output& output : graph.outputs()) copy.output(output.name, values[output.value.index]);
  for (const Update& update : graph.updates()) copy.update(values[update.variable.index], values[update.value.index]);
  return copy;
}

}  // namespace weft
