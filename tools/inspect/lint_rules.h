#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft::inspect {

/// Something in a graph that is legal, and probably not meant.
struct Finding {
  std::string_view rule;
  NodeId node;
  std::string message;  ///< both sides, and what to do
};

/// A graph with what several rules ask about it.
class LintContext {
 public:
  explicit LintContext(const Graph& graph);

  const Graph& graph() const { return graph_; }
  /// In topological order.
  const std::vector<NodeId>& nodes() const { return order_; }
  /// Whether an output or an update depends on the node.
  bool is_needed(NodeId id) const { return needed_[id.index]; }
  /// Whether an output depends on the node.
  bool reaches_output(NodeId id) const { return reaches_output_[id.index]; }
  /// Whether the node depends on an input, a parameter or a state.
  bool varies(NodeId id) const { return varies_[id.index]; }
  /// How often a value is read: as operand, output or update.
  std::uint32_t uses(ValueId id) const { return uses_[id.index]; }
  /// The value that becomes the variable's content; null when nothing does.
  ValueId update_of(NodeId variable) const { return updates_[variable.index]; }
  /// Whether the node was made by automatic differentiation: a gradient, or a part of a coarse op, whose scope then is
  /// that op's name. Its shapes follow from what was declared.
  bool is_derived(NodeId id) const;
  const TensorType& type(NodeId id) const { return graph_.type(graph_.node(id).results[0]); }
  /// The node that computes an operand.
  const Node& operand(const Node& node, std::size_t index) const {
    return graph_.node(graph_.producer(node.operands[index]));
  }
  /// All nodes that the value depends on, its producer among them, by node index.
  std::vector<bool> ancestors(std::span<const ValueId> values) const;

 private:
  const Graph& graph_;
  std::vector<NodeId> order_;
  std::vector<bool> needed_;
  std::vector<bool> reaches_output_;
  std::vector<bool> varies_;
  std::vector<std::uint32_t> uses_;
  std::vector<ValueId> updates_;
};

/// One thing that a careful reviewer would ask about.
struct LintRule {
  std::string_view name;
  std::string_view summary;
  /// The findings, in the order of the graph; their `rule` is filled in by lint().
  std::vector<Finding> (*check)(const LintContext& context);
};

/// Every rule, by what it looks at: the graph's edges first, then single ops.
std::span<const LintRule> lint_rules();

/// What the rules find in a graph, rule by rule. `wanted`: which rules; empty: all.
std::vector<Finding> lint(const Graph& graph, const std::function<bool(const LintRule&)>& wanted = {});

/// Rules about what reaches what, and rules about single nodes: lint_rules() has them all.
std::span<const LintRule> flow_rules();
std::span<const LintRule> node_rules();

}  // namespace weft::inspect
