#include "passes/handwritten/sigmoid.h"

#include "ops/op_list.h"
#include "ops/splat.h"

namespace weft {

std::optional<SigmoidByHand> sigmoid_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses) {
  /// The node that makes the value, when nothing else reads it.
  const auto only = [&](ValueId value, const Op& op) {
    const Node& node = graph.node(graph.producer(value));
    return node.op == &op && uses[value.index] == 1 ? &node : nullptr;
  };
  const Node& quotient = graph.node(last);
  if (quotient.op != &op::div) return std::nullopt;
  const Node* sum = only(quotient.operands[1], op::add);
  if (sum == nullptr) return std::nullopt;
  for (const std::size_t side : {0U, 1U}) {
    const Node* exponential = only(sum->operands[side], op::exp);
    if (exponential == nullptr || splat(graph, sum->operands[1 - side]) != 1.0) continue;
    const Node* negation = only(exponential->operands[0], op::neg);
    if (negation == nullptr) continue;
    const ValueId x = negation->operands[0];
    if (graph.type(x) != graph.type(quotient.results[0])) continue;
    if (quotient.operands[0] == x) return SigmoidByHand{x, true};
    if (splat(graph, quotient.operands[0]) == 1.0) return SigmoidByHand{x};
  }
  return std::nullopt;
}

}  // namespace weft
