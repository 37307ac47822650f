// Evaluates nodes whose operands are all constants, with the evaluator that the context brings. Results of more than
// `max_elements` stay computed: a graph should not grow because a small constant is broadcast. So do coarse ops that no
// kernel runs whole: what they decompose into is folded.
//
//   before                       after
//   %a = constant(2)             %c = constant(5)
//   %b = constant(3)
//   %c = add(%a, %b)

#include <algorithm>
#include <unordered_map>

#include "graph/order.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

constexpr std::int64_t max_elements = 1024;

bool can_fold(const Graph& graph, const Node& node, const PassContext& context) {
  if (node.operands.empty()) return false;
  if (context.runs_whole && !context.runs_whole(*node.op)) return false;
  const bool constant_operands = std::ranges::all_of(
      node.operands, [&](ValueId operand) { return graph.node(graph.producer(operand)).op == &leaf::constant; });
  return constant_operands && std::ranges::all_of(node.results, [&](ValueId result) {
           return graph.type(result).shape.volume() <= max_elements;
         });
}

bool run(Graph& graph, const PassContext& context) {
  if (!context.evaluate) return false;
  std::unordered_map<ValueId, ValueId> replacements;
  std::vector<NodeId> folded;
  for (const NodeId id : topological_order(graph)) {
    const Node& node = graph.node(id);
    for (std::size_t i = 0; i < node.operands.size(); ++i)
      if (const auto at = replacements.find(node.operands[i]); at != replacements.end())
        graph.set_operand(id, i, at->second);
    if (!can_fold(graph, node, context)) continue;
    const Graph::Scope scope = graph.absolute_scope(node.scope);
    std::vector<Tensor> results = context.evaluate(graph, id);
    for (std::size_t i = 0; i < results.size(); ++i)
      replacements.emplace(node.results[i], graph.constant(std::move(results[i])).id());
    folded.push_back(id);
  }
  graph.replace_uses(replacements);
  for (const NodeId id : folded) graph.erase(id);
  return !folded.empty();
}

}  // namespace

const Pass pass::constant_fold{"constant-fold", "evaluates nodes whose operands are all constants", run};

}  // namespace weft
