#include "backends/runtime/exchanged_variables.h"

#include "graph/leaf.h"
#include "ops/collective/sharding.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// The name of the variable that the value is; "" when it is none.
std::string variable_name(const Graph& graph, ValueId value) {
  const Node& node = graph.node(graph.producer(value));
  return is_variable(*node.op) ? node.name : "";
}

std::string& at(std::vector<std::string>& names, std::size_t channel) {
  if (names.size() <= channel) names.resize(channel + 1);
  return names[channel];
}

}  // namespace

ExchangedVariables exchanged_variables(const Graph& update) {
  ExchangedVariables variables;
  for (const NodeId id : update.nodes()) {
    const Node& node = update.node(id);
    const std::optional<std::int64_t> channel = channel_of(node.attributes);
    if (!channel) continue;
    if (node.op == &op::reduce_scatter)
      at(variables.sums, static_cast<std::size_t>(*channel)) = variable_name(update, node.operands[0]);
    if (node.op == &op::all_gather)
      for (const Update& made : update.updates())
        if (made.value == node.results[0])
          at(variables.parameters, static_cast<std::size_t>(*channel)) = variable_name(update, made.variable);
  }
  return variables;
}

}  // namespace weft
