#include "backends/runtime/step_counts.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/leaf.h"
#include "graph/op.h"
#include "graph/order.h"

namespace weft {
namespace {

/// By value: whether it is made of that one, but for what is drawn at random by it.
std::vector<bool> made_of(const Graph& graph, ValueId source, const std::vector<NodeId>& order) {
  std::vector<bool> made(graph.value_bound(), false);
  made[source.index] = true;
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    const auto draws_by = node.op->family == "update" ? std::nullopt : operand_index(*node.op, "step");
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      if (!made[node.operands[i].index] || i == draws_by) continue;
      for (const ValueId result : node.results) made[result.index] = true;
    }
  }
  return made;
}

bool is_step_count(const Graph& graph, ValueId variable) {
  return graph.type(variable) == TensorType{DType::i32, Shape{}} && graph.value_name(variable).ends_with("/step");
}

}  // namespace

std::vector<StepCount> step_counts(const Graph& graph) {
  std::vector<StepCount> counts;
  std::vector<NodeId> order;
  for (const Update& count : graph.updates()) {
    if (!is_step_count(graph, count.variable)) continue;
    if (order.empty()) order = topological_order(graph);
    const std::vector<bool> made = made_of(graph, count.variable, order);
    std::vector<std::string> parameters;
    for (const Update& update : graph.updates())
      if (graph.node(graph.producer(update.variable)).op == &leaf::parameter && made[update.value.index])
        parameters.push_back(graph.value_name(update.variable));
    if (parameters.empty()) continue;
    std::ranges::sort(parameters);
    counts.push_back({graph.value_name(count.variable), fmt::format("'{}'", joined(parameters, "', '"))});
  }
  return counts;
}

void require_own_step_counts(std::span<const StepCount> counts, std::string_view graph, Variables& variables) {
  for (const auto& [state, parameters] : counts) {
    Variables::Entry& entry = variables.entry(state);
    if (entry.counted.empty()) entry.counted = parameters;
    require(
        entry.counted == parameters,
        "the state '{}' counts the updates of {}; the graph '{}' would have it count those of {} as well: give each "
        "optimiser a name of its own: Adam(graph, \"name\")",
        state, entry.counted, graph, parameters);
  }
}

}  // namespace weft
