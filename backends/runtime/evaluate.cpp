#include "backends/runtime/evaluate.h"

#include <algorithm>

#include "graph/base/error.h"
#include "graph/leaf.h"

namespace weft {

std::vector<Tensor> evaluate_node(const Graph& graph, NodeId id, std::span<const Tensor* const> operands,
                                  const Backend& backend) {
  const Node& node = graph.node(id);
  check_invariant(backend.runs_whole(*node.op), "{} '{}' cannot be evaluated: the backend {} has no kernel for it",
                  node.op->name, node.name, backend.name());
  std::vector<TensorType> operand_types;
  std::vector<const void*> operand_addresses;
  for (const Tensor* operand : operands) {
    operand_types.push_back(operand->type());
    operand_addresses.push_back(operand->bytes().data());
  }
  std::vector<TensorType> result_types;
  std::vector<Tensor> results;
  std::vector<void*> result_addresses;
  for (const ValueId result : node.results) result_types.push_back(graph.type(result));
  for (const TensorType& type : result_types) results.emplace_back(type);
  for (Tensor& result : results) result_addresses.push_back(result.bytes().data());

  const std::vector<Lifetime> lifetimes(operands.size(), Lifetime::run);
  try {
    const Kernel kernel = backend.make_kernel({node, operand_types, result_types, lifetimes});
    Tensor scratch({DType::boolean, Shape{std::max<std::int64_t>(1, static_cast<std::int64_t>(kernel.scratch_bytes))}});
    const std::uint64_t version = 1;
    std::vector<PackedOperand> packed;
    for (const PackRequest& request : kernel.packed)
      packed.push_back({request.make(), &version, operand_addresses[request.operand]});
    kernel.run({operand_addresses, result_addresses, scratch.bytes().data(), packed});
  } catch (const Error& error) {
    fail("{} '{}': {}", node.op->name, node.name, error.what());
  }
  return results;
}

std::vector<Tensor> evaluate_constant_node(const Graph& graph, NodeId id, const Backend& backend) {
  std::vector<const Tensor*> operands;
  for (const ValueId operand : graph.node(id).operands) {
    const Node& constant = graph.node(graph.producer(operand));
    operands.push_back(&constant_value(constant));
  }
  return evaluate_node(graph, id, operands, backend);
}

}  // namespace weft
