#include "graph/cost.h"

#include "graph/leaf.h"

namespace weft {

double flops_of(const Graph& graph, const Node& node) {
  if (node.op->flops == nullptr) return 0.0;
  std::vector<TensorType> operands;
  std::vector<TensorType> results;
  for (const ValueId operand : node.operands) operands.push_back(graph.type(operand));
  for (const ValueId result : node.results) results.push_back(graph.type(result));
  return node.op->flops(operands, results, node.attributes);
}

double bytes_of(const Graph& graph, const Node& node) {
  if (is_leaf(*node.op)) return 0.0;
  double bytes = 0.0;
  for (const ValueId operand : node.operands) bytes += static_cast<double>(graph.type(operand).bytes());
  for (const ValueId result : node.results) bytes += static_cast<double>(graph.type(result).bytes());
  return bytes;
}

}  // namespace weft
