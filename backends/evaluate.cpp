#include "backends/evaluate.h"

#include <algorithm>

#include "graph/error.h"

namespace weft {

std::vector<Tensor> evaluate_constant_node(const Graph& graph, NodeId id, const Backend& backend) {
  const Node& node = graph.node(id);
  KernelFactory* factory = backend.find_kernel(*node.op);
  check_invariant(factory != nullptr, "{} '{}' cannot be folded: the backend {} has no kernel for it", node.op->name,
                  node.name, backend.name);
  std::vector<TensorType> operand_types;
  std::vector<const void*> operands;
  for (const ValueId operand : node.operands) {
    operand_types.push_back(graph.type(operand));
    const Node& constant = graph.node(graph.producer(operand));
    operands.push_back(constant.attributes.get<std::shared_ptr<const Tensor>>("value")->bytes().data());
  }
  std::vector<TensorType> result_types;
  std::vector<Tensor> tensors;
  std::vector<void*> results;
  for (const ValueId result : node.results) result_types.push_back(graph.type(result));
  for (const TensorType& type : result_types) tensors.emplace_back(type);
  for (Tensor& tensor : tensors) results.push_back(tensor.bytes().data());

  const std::vector<const std::uint64_t*> versions(node.operands.size(), nullptr);
  try {
    const Kernel kernel = factory({node, operand_types, result_types, versions});
    Tensor scratch({DType::boolean, Shape{std::max<std::int64_t>(1, static_cast<std::int64_t>(kernel.scratch_bytes))}});
    kernel.run({operands, results, scratch.bytes().data()});
  } catch (const Error& error) {
    fail("{} '{}': {}", node.op->name, node.name, error.what());
  }
  return tensors;
}

}  // namespace weft
