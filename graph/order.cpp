#include "graph/order.h"

namespace weft {

std::vector<NodeId> topological_order(const Graph& graph, std::span<const NodeId> first) {
  enum class Mark : std::uint8_t { unseen, open, done };
  std::vector<Mark> marks(graph.node_bound(), Mark::unseen);
  std::vector<NodeId> order;
  order.reserve(graph.node_count());
  struct Frame {
    NodeId node;
    std::size_t next_operand;
  };
  std::vector<Frame> stack;
  const auto open = [&](NodeId id) {
    marks[id.index] = Mark::open;
    stack.push_back({id, 0});
  };
  std::vector<NodeId> roots(first.begin(), first.end());
  const std::vector<NodeId> all = graph.nodes();
  roots.insert(roots.end(), all.begin(), all.end());
  for (const NodeId root : roots) {
    if (marks[root.index] != Mark::unseen) continue;
    open(root);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const Node& node = graph.node(frame.node);
      if (frame.next_operand == node.operands.size()) {
        marks[frame.node.index] = Mark::done;
        order.push_back(frame.node);
        stack.pop_back();
        continue;
      }
      const NodeId producer = graph.producer(node.operands[frame.next_operand++]);
      if (marks[producer.index] == Mark::unseen)
        open(producer);
      else
        require(marks[producer.index] == Mark::done, "graph '{}': '{}' depends on itself through '{}': a cycle",
                graph.name(), graph.node(producer).name, node.name);
    }
  }
  return order;
}

std::vector<bool> live_nodes(const Graph& graph) {
  std::vector<bool> live(graph.node_bound(), false);
  std::vector<NodeId> pending;
  const auto reach = [&](ValueId value) {
    const NodeId id = graph.producer(value);
    if (live[id.index]) return;
    live[id.index] = true;
    pending.push_back(id);
  };
  for (const Output& output : graph.outputs()) reach(output.value);
  for (const Update& update : graph.updates()) reach(update.value);
  while (!pending.empty()) {
    const NodeId id = pending.back();
    pending.pop_back();
    for (const ValueId operand : graph.node(id).operands) reach(operand);
  }
  return live;
}

std::vector<std::uint32_t> use_counts(const Graph& graph) {
  std::vector<std::uint32_t> counts(graph.value_bound(), 0);
  for (const NodeId id : graph.nodes())
    for (const ValueId operand : graph.node(id).operands) ++counts[operand.index];
  for (const Output& output : graph.outputs()) ++counts[output.value.index];
  for (const Update& update : graph.updates()) ++counts[update.value.index];
  return counts;
}

}  // namespace weft
