#include "graph/leaf.h"
#include "tools/inspect/view_data.h"

namespace weft::inspect {
namespace {

bool is_gradient(const Node& node) { return node.scope == "gradient" || node.scope.starts_with("gradient/"); }

/// Whether each node is used, and each of its uses is by a node in `users` or an update.
std::vector<bool> used_only_by(const Graph& graph, const std::vector<NodeId>& order, std::vector<bool> users) {
  std::vector<bool> used(graph.node_bound());
  std::vector<bool> elsewhere(graph.node_bound());
  for (const Output& output : graph.outputs()) elsewhere[graph.producer(output.value).index] = true;
  for (const Update& update : graph.updates()) used[graph.producer(update.value).index] = true;
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    if (used[id->index] && !elsewhere[id->index] && !is_gradient(graph.node(*id))) users[id->index] = true;
    for (const ValueId operand : graph.node(*id).operands) {
      const NodeId producer = graph.producer(operand);
      used[producer.index] = true;
      if (!users[id->index]) elsewhere[producer.index] = true;
    }
  }
  return users;
}

}  // namespace

std::vector<Part> parts_of(const Graph& graph, const std::vector<NodeId>& order) {
  std::vector<bool> after_gradients(graph.node_bound());
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    bool after = false;
    for (const ValueId operand : node.operands) {
      const NodeId producer = graph.producer(operand);
      after = after || after_gradients[producer.index] || is_gradient(graph.node(producer));
    }
    after_gradients[id.index] = after && !is_gradient(node);
  }
  const std::vector<bool> updating = used_only_by(graph, order, std::move(after_gradients));
  std::vector<Part> parts;
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    if (is_leaf(*node.op))
      parts.push_back(Part::leaf);
    else if (is_gradient(node))
      parts.push_back(Part::gradient);
    else
      parts.push_back(updating[id.index] ? Part::update : Part::forward);
  }
  return parts;
}

}  // namespace weft::inspect
