#include "passes/micro_batch_sums.h"

#include <algorithm>
#include <set>

#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/op_list.h"
#include "ops/splat.h"

namespace weft {
namespace {

bool updates_parameters(const Graph& graph) {
  return std::ranges::any_of(graph.updates(), [&](const Update& update) {
    return graph.node(graph.producer(update.variable)).op == &leaf::parameter;
  });
}

/// What processes add up.
std::set<ValueId> reduced_values(const Graph& graph) {
  std::set<ValueId> reduced;
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    if (node.op == &op::all_reduce || node.op == &op::reduce_scatter)
      reduced.insert(node.operands.begin(), node.operands.end());
  }
  return reduced;
}

}  // namespace

std::vector<Value> micro_batch_sums(const Graph& graph) {
  if (!updates_parameters(graph)) return {};
  std::set<ValueId> cleared;
  for (const Update& update : graph.updates())
    if (graph.type(update.value).dtype != DType::boolean && splat(graph, update.value) == 0.0)
      cleared.insert(update.variable);
  const std::vector<std::uint32_t> uses = use_counts(graph);
  const std::set<ValueId> reduced = reduced_values(graph);
  std::vector<Value> sums;
  for (const NodeId id : graph.leaves(leaf::state)) {
    const Value state = graph.value(graph.node(id).results[0]);
    if (cleared.contains(state.id()) && uses[state.id().index] > 0 && !reduced.contains(state.id()))
      sums.push_back(state);
  }
  return sums;
}

}  // namespace weft
