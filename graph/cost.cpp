#include "graph/cost.h"

#include "graph/leaf.h"

namespace weft {

std::vector<TensorType> types_of(const Graph& graph, const std::vector<ValueId>& values) {
  std::vector<TensorType> types;
  types.reserve(values.size());
  for (const ValueId value : values) types.push_back(graph.type(value));
  return types;
}

double flops_of(const Graph& graph, const Node& node) {
  if (node.op->flops == nullptr) return 0.0;
  return node.op->flops(types_of(graph, node.operands), types_of(graph, node.results), node.attributes);
}

double bytes_of(const Graph& graph, const Node& node) {
  if (is_leaf(*node.op)) return 0.0;
  const std::vector<TensorType> operands = types_of(graph, node.operands);
  const std::vector<TensorType> results = types_of(graph, node.results);
  if (node.op->bytes != nullptr) return node.op->bytes(operands, results, node.attributes);
  double bytes = 0.0;
  for (const TensorType& type : operands) bytes += static_cast<double>(type.bytes());
  for (const TensorType& type : results) bytes += static_cast<double>(type.bytes());
  return bytes;
}

}  // namespace weft
