#include "passes/pattern.h"

#include <algorithm>

#include "graph/order.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {

bool is_matrix_product(const Graph& graph, const Node& node) {
  return node.op == &op::matmul && graph.type(node.results[0]).shape.rank() == 2;
}

void Rewriter::refresh(NodeId node) {
  const std::vector<ValueId>& operands = graph_.node(node).operands;
  for (std::size_t i = 0; i < operands.size(); ++i)
    if (const ValueId now = current(operands[i]); now != operands[i]) graph_.set_operand(node, i, now);
}

void Rewriter::replace(ValueId old_value, ValueId new_value) {
  if (old_value != new_value) replacements_[old_value] = new_value;
}

void Rewriter::replace(NodeId node, std::span<const Value> results) {
  const std::vector<ValueId>& old_results = graph_.node(node).results;
  for (std::size_t i = 0; i < results.size(); ++i) replace(old_results[i], results[i].id());
  replaced_.push_back(node);
}

ValueId Rewriter::current(ValueId value) const {
  for (auto at = replacements_.find(value); at != replacements_.end(); at = replacements_.find(value))
    value = at->second;
  return value;
}

Piece Rewriter::piece_of(ValueId value) const {
  return weft::piece_of(graph_, value, [this](ValueId old_value) { return current(old_value); });
}

bool Rewriter::finish() {
  graph_.replace_uses(replacements_);
  for (const NodeId node : replaced_) graph_.erase(node);
  return !replacements_.empty();
}

std::vector<SumTree> sum_trees(const Graph& graph) {
  const std::vector<std::uint32_t> uses = use_counts(graph);
  const std::vector<NodeId> order = topological_order(graph);
  const auto is_add = [&](NodeId id) {
    const Node& node = graph.node(id);
    return node.op == &op::add && graph.type(node.operands[0]) == graph.type(node.operands[1]);
  };
  std::vector<bool> inner(graph.node_bound(), false);  // part of a tree whose root comes later
  std::vector<SumTree> trees;
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    if (!is_add(*id) || inner[id->index]) continue;
    SumTree tree{graph.node(*id).results[0], {}};
    std::vector<ValueId> pending{tree.root};
    while (!pending.empty()) {
      const ValueId value = pending.back();
      pending.pop_back();
      const NodeId producer = graph.producer(value);
      if (value != tree.root && (!is_add(producer) || uses[value.index] != 1)) {
        tree.terms.push_back(value);
        continue;
      }
      inner[producer.index] = true;
      pending.push_back(graph.node(producer).operands[1]);  // the left side is popped first
      pending.push_back(graph.node(producer).operands[0]);
    }
    trees.push_back(std::move(tree));
  }
  std::ranges::reverse(trees);
  return trees;
}

Value sum_of(Graph& graph, const std::vector<ValueId>& terms) {
  Value sum = graph.value(terms.front());
  for (std::size_t i = 1; i < terms.size(); ++i) sum = add(sum, graph.value(terms[i]));
  return sum;
}

}  // namespace weft
