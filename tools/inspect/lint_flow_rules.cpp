#include <fmt/format.h>

#include <algorithm>

#include "graph/base/counted.h"
#include "graph/base/joined.h"
#include "graph/base/quote.h"
#include "graph/leaf.h"
#include "tools/inspect/lint_rules.h"

// Rules about what reaches what: values that nobody reads, variables that nothing trains, results that never change.

namespace weft::inspect {
namespace {

std::vector<Finding> computes_nothing(const LintContext& context) {
  const Graph& graph = context.graph();
  if (!graph.outputs().empty() || !graph.updates().empty() || context.nodes().empty()) return {};
  return {{{},
           context.nodes().back(),
           fmt::format("{} and neither an output nor an update: compiling leaves nothing of them; name what is to "
                       "be read with output()",
                       counted(graph.node_count(), "node"))}};
}

std::vector<Finding> unused_input(const LintContext& context) {
  std::vector<Finding> findings;
  for (const NodeId id : context.graph().leaves(leaf::input))
    if (!context.is_needed(id))
      findings.push_back(
          {{},
           id,
           fmt::format("{} must be fed each run, and no output and no update depends on it; use it, or do "
                       "not declare it",
                       context.type(id))});
  return findings;
}

std::vector<Finding> dead_parameter(const LintContext& context) {
  std::vector<Finding> findings;
  for (const NodeId id : context.nodes()) {
    const Node& node = context.graph().node(id);
    if (!is_variable(*node.op) || context.is_needed(id)) continue;
    findings.push_back({{},
                        id,
                        fmt::format("{} takes {} bytes, and no output and no update depends on it; use it, or do not "
                                    "declare it",
                                    context.type(id), context.type(id).bytes())});
  }
  return findings;
}

/// The last node of what is computed in vain: what leads to it is dead for the same reason.
std::vector<Finding> dead_node(const LintContext& context) {
  const Graph& graph = context.graph();
  if (graph.outputs().empty() && graph.updates().empty()) return {};  // computes_nothing says it once
  std::vector<Finding> findings;
  for (const NodeId id : context.nodes()) {
    const Node& node = graph.node(id);
    if (is_leaf(*node.op) || context.is_needed(id) || context.is_derived(id)) continue;
    if (std::ranges::any_of(node.results, [&](ValueId result) { return context.uses(result) > 0; })) continue;
    findings.push_back({{},
                        id,
                        fmt::format("{} is computed, and nothing reads it; use it, make it an output, or take it away",
                                    context.type(id))});
  }
  return findings;
}

std::vector<Finding> no_update(const LintContext& context) {
  std::vector<NodeId> still;
  NodeId updated;
  for (const NodeId id : context.graph().leaves(leaf::parameter)) {
    if (!context.is_needed(id)) continue;  // dead_parameter has it
    if (context.update_of(id))
      updated = id;
    else
      still.push_back(id);
  }
  std::vector<Finding> findings;
  if (!updated) return findings;
  for (const NodeId id : still)
    findings.push_back({{},
                        id,
                        fmt::format("keeps its initial content, while {} is trained; give it to the optimiser, "
                                    "or make it a constant or an input if it is meant to stay",
                                    weft::quoted(context.graph().node(updated).name))});
  return findings;
}

/// The first few.
std::string names_of_outputs(const Graph& graph) {
  constexpr std::size_t most = 3;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(most, graph.outputs().size()); ++i)
    names.push_back(weft::quoted(graph.outputs()[i].name));
  if (graph.outputs().size() > most) names.push_back("...");
  return joined(names, ", ");
}

/// A parameter that is updated, though no output depends on it: its gradient of whatever the loss is must be zero.
std::vector<Finding> misses_loss(const LintContext& context) {
  std::vector<Finding> findings;
  if (context.graph().outputs().empty()) return findings;
  for (const NodeId id : context.graph().leaves(leaf::parameter)) {
    if (!context.update_of(id) || !context.is_needed(id) || context.reaches_output(id)) continue;
    findings.push_back({{},
                        id,
                        fmt::format("is updated, but no output ({}) depends on it, so that no loss among "
                                    "them can train it; make the model read it, or output the loss that does",
                                    names_of_outputs(context.graph()))});
  }
  return findings;
}

/// Up to two of the variables whose updates depend on a node: enough to know whether there is one beside a given one.
struct TwoVariables {
  NodeId first;
  NodeId second;

  void add(NodeId variable) {
    if (!variable || variable == first || variable == second) return;
    (first ? second : first) = variable;
  }
};

std::vector<TwoVariables> updated_by(const LintContext& context) {
  const Graph& graph = context.graph();
  std::vector<TwoVariables> updated(graph.node_bound());
  for (const Update& update : graph.updates())
    updated[graph.producer(update.value).index].add(graph.producer(update.variable));
  for (auto id = context.nodes().rbegin(); id != context.nodes().rend(); ++id) {
    for (const ValueId operand : graph.node(*id).operands) {
      TwoVariables& of_operand = updated[graph.producer(operand).index];
      of_operand.add(updated[id->index].first);
      of_operand.add(updated[id->index].second);
    }
  }
  return updated;
}

/// A state that only its own next content depends on.
std::vector<Finding> unread_state(const LintContext& context) {
  std::vector<Finding> findings;
  const std::vector<TwoVariables> updated = updated_by(context);
  for (const NodeId id : context.graph().leaves(leaf::state)) {
    if (!context.update_of(id) || !context.is_needed(id) || context.reaches_output(id)) continue;
    const TwoVariables& of_state = updated[id.index];
    if (of_state.first != id || of_state.second) continue;
    findings.push_back(
        {{},
         id,
         fmt::format("{} is kept and updated, but no output and no other variable depends on it; read it, "
                     "or drop it with its update",
                     context.type(id))});
  }
  return findings;
}

std::vector<Finding> constant_output(const LintContext& context) {
  std::vector<Finding> findings;
  for (const Output& output : context.graph().outputs()) {
    const NodeId id = context.graph().producer(output.value);
    if (context.varies(id)) continue;
    findings.push_back({{},
                        id,
                        fmt::format("the output {} depends on no input, parameter or state: it is the same every run; "
                                    "compute it once, or find what it should depend on",
                                    weft::quoted(output.name))});
  }
  return findings;
}

std::vector<Finding> constant_update(const LintContext& context) {
  std::vector<Finding> findings;
  for (const Update& update : context.graph().updates()) {
    const NodeId id = context.graph().producer(update.value);
    const NodeId variable = context.graph().producer(update.variable);
    if (context.varies(id) && id != variable) continue;
    findings.push_back({{},
                        variable,
                        id == variable
                            ? std::string("is updated with its own content: the update does nothing; give it the "
                                          "value it should take, or drop the update")
                            : fmt::format("is set to {}, the same in every run; make it a constant, or find what "
                                          "the update should depend on",
                                          weft::quoted(context.graph().node(id).name))});
  }
  return findings;
}

constexpr LintRule rules_of_flow[] = {
    {"computes-nothing", "the graph has neither outputs nor updates", computes_nothing},
    {"unused-input", "an input that no output and no update depends on", unused_input},
    {"dead-parameter", "a parameter or state that no output and no update depends on", dead_parameter},
    {"dead-node", "a value that is computed and never read", dead_node},
    {"no-update", "a parameter that stays as it is in a graph that trains others", no_update},
    {"misses-loss", "a parameter that is updated though no output depends on it", misses_loss},
    {"unread-state", "a state that only its own update depends on", unread_state},
    {"constant-output", "an output that is the same every run", constant_output},
    {"constant-update", "an update that sets the same content every run, or the content that is there",
     constant_update},
};

}  // namespace

std::span<const LintRule> flow_rules() { return rules_of_flow; }

}  // namespace weft::inspect
