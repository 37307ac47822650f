// Evaluates nodes whose operands are all constants, with the evaluator that the context brings. Results of more than
// `max_elements` stay computed: a graph should not grow because a small constant is broadcast. So do coarse ops that no
// kernel runs whole, and ops in bf16: what they are taken apart into is folded.
//
//   before                       after
//   %a = constant(2)             %c = constant(5)
//   %b = constant(3)
//   %c = add(%a, %b)

#include <algorithm>

#include "graph/order.h"
#include "passes/float_normalization.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

constexpr std::int64_t max_elements = 1024;

bool can_fold(const Graph& graph, const Node& node, const PassContext& context) {
  if (node.operands.empty()) return false;
  if (context.runs_whole && !context.runs_whole(*node.op)) return false;
  const auto is_bf16 = [&](ValueId value) { return graph.type(value).dtype == DType::bf16; };
  if (std::ranges::any_of(node.operands, is_bf16) && !runs_in_bf16(*node.op)) return false;
  const bool constant_operands = std::ranges::all_of(
      node.operands, [&](ValueId operand) { return graph.node(graph.producer(operand)).op == &leaf::constant; });
  return constant_operands && std::ranges::all_of(node.results, [&](ValueId result) {
           return graph.type(result).shape.volume() <= max_elements;
         });
}

bool run_constant_fold(Graph& graph, const PassContext& context) {
  if (!context.evaluate) return false;
  Rewriter rewriter(graph);
  for (const NodeId id : topological_order(graph)) {
    const Node& node = graph.node(id);
    rewriter.refresh(id);
    if (!can_fold(graph, node, context)) continue;
    const Graph::Scope scope = graph.absolute_scope(node.scope);
    std::vector<Value> constants;
    for (Tensor& result : context.evaluate(graph, id)) constants.push_back(graph.constant(std::move(result)));
    rewriter.replace(id, constants);
  }
  return rewriter.finish();
}

}  // namespace

const Pass pass::constant_fold{"constant-fold", "evaluates nodes whose operands are all constants", run_constant_fold};

}  // namespace weft
