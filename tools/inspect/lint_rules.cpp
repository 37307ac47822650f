#include "tools/inspect/lint_rules.h"

#include <algorithm>

#include "graph/leaf.h"
#include "graph/order.h"

namespace weft::inspect {

LintContext::LintContext(const Graph& graph)
    : graph_(graph),
      order_(topological_order(graph)),
      varies_(graph.node_bound(), false),
      uses_(use_counts(graph)),
      updates_(graph.node_bound()) {
  std::vector<ValueId> outputs;
  for (const Output& output : graph.outputs()) outputs.push_back(output.value);
  reaches_output_ = ancestors(outputs);
  std::vector<ValueId> roots = outputs;
  for (const Update& update : graph.updates()) {
    roots.push_back(update.value);
    updates_[graph.producer(update.variable).index] = update.value;
  }
  needed_ = ancestors(roots);
  for (const NodeId id : order_) {
    const Node& node = graph.node(id);
    varies_[id.index] =
        (is_leaf(*node.op) && node.op != &leaf::constant) ||
        std::ranges::any_of(node.operands, [&](ValueId operand) { return varies_[graph.producer(operand).index]; });
  }
}

bool LintContext::is_derived(NodeId id) const {
  const std::string& scope = graph_.node(id).scope;
  return scope == "gradient" || scope.starts_with("gradient/") || graph_.find(scope);
}

std::vector<bool> LintContext::ancestors(std::span<const ValueId> values) const {
  std::vector<bool> reached(graph_.node_bound(), false);
  for (const ValueId value : values) reached[graph_.producer(value).index] = true;
  for (auto id = order_.rbegin(); id != order_.rend(); ++id)
    if (reached[id->index])
      for (const ValueId operand : graph_.node(*id).operands) reached[graph_.producer(operand).index] = true;
  return reached;
}

std::span<const LintRule> lint_rules() {
  static const std::vector<LintRule> rules = [] {
    std::vector<LintRule> all(flow_rules().begin(), flow_rules().end());
    all.insert(all.end(), node_rules().begin(), node_rules().end());
    return all;
  }();
  return rules;
}

std::vector<Finding> lint(const Graph& graph, const std::function<bool(const LintRule&)>& wanted) {
  const LintContext context(graph);
  std::vector<Finding> findings;
  for (const LintRule& rule : lint_rules()) {
    if (wanted && !wanted(rule)) continue;
    for (Finding& finding : rule.check(context)) {
      finding.rule = rule.name;
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace weft::inspect
