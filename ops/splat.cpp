#include "ops/splat.h"

#include "graph/leaf.h"
#include "ops/op_list.h"

namespace weft {

std::optional<double> splat(const Graph& graph, ValueId value) {
  const Node* node = &graph.node(graph.producer(value));
  while (node->op == &op::broadcast || node->op == &op::reshape || node->op == &op::transpose || node->op == &op::slice)
    node = &graph.node(graph.producer(node->operands[0]));
  if (node->op != &leaf::constant) return std::nullopt;
  const Tensor& tensor = constant_value(*node);
  const double first = tensor.number(0);
  for (std::int64_t i = 1; i < tensor.shape().volume(); ++i)
    if (tensor.number(i) != first) return std::nullopt;
  return first;
}

}  // namespace weft
