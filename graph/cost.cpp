#include "graph/cost.h"

#include "graph/leaf.h"

namespace weft {

std::vector<TensorType> types_of(const Graph& graph, const std::vector<ValueId>& values) {
  std::vector<TensorType> types;
  types.reserve(values.size());
  for (const ValueId value : values) types.push_back(graph.type(value));
  return types;
}

double flops_of(const Op& op, std::span<const TensorType> operands, std::span<const TensorType> results,
                const Attributes& attributes) {
  return op.flops == nullptr ? 0.0 : op.flops(operands, results, attributes);
}

double flops_of(const Graph& graph, const Node& node) {
  return flops_of(*node.op, types_of(graph, node.operands), types_of(graph, node.results), node.attributes);
}

double bytes_of(const Op& op, std::span<const TensorType> operands, std::span<const TensorType> results,
                const Attributes& attributes) {
  if (is_leaf(op)) return 0.0;
  if (op.bytes != nullptr) return op.bytes(operands, results, attributes);
  double bytes = 0.0;
  for (const TensorType& type : operands) bytes += static_cast<double>(type.bytes());
  for (const TensorType& type : results) bytes += static_cast<double>(type.bytes());
  return bytes;
}

double bytes_of(const Graph& graph, const Node& node) {
  return bytes_of(*node.op, types_of(graph, node.operands), types_of(graph, node.results), node.attributes);
}

}  // namespace weft
