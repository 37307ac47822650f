#include "tests/passes/naive_interpreter.h"

#include <map>

#include "backends/kernel.h"
#include "graph/order.h"

namespace weft::test {
namespace {

void compute(const Graph& graph, const Node& node, const Backend& backend, std::map<ValueId, Tensor>& values) {
  std::vector<TensorType> operand_types;
  std::vector<TensorType> result_types;
  std::vector<const void*> operands;
  std::vector<void*> results;
  for (const ValueId operand : node.operands) {
    operand_types.push_back(graph.type(operand));
    operands.push_back(values.at(operand).bytes().data());
  }
  for (const ValueId result : node.results) {
    result_types.push_back(graph.type(result));
    results.push_back(values.insert_or_assign(result, Tensor(graph.type(result))).first->second.bytes().data());
  }
  const std::vector<const std::uint64_t*> versions(node.operands.size(), nullptr);
  const Kernel kernel = backend.find_kernel(*node.op)({node, operand_types, result_types, versions});
  Tensor scratch({DType::boolean, {static_cast<std::int64_t>(kernel.scratch_bytes) + 1}});
  kernel.run({operands, results, scratch.bytes().data()});
}

}  // namespace

TensorMap interpret(const Graph& graph, const Backend& backend, const TensorMap& inputs, TensorMap& variables) {
  std::map<ValueId, Tensor> values;
  for (const NodeId id : topological_order(graph)) {
    const Node& node = graph.node(id);
    if (node.op == &leaf::constant)
      values.emplace(node.results[0], *node.attributes.get<std::shared_ptr<const Tensor>>("value"));
    else if (node.op == &leaf::input)
      values.emplace(node.results[0], inputs.at(node.name));
    else if (node.op->family == "leaf")
      values.emplace(node.results[0], variables.at(node.name));
    else
      compute(graph, node, backend, values);
  }
  TensorMap outputs;
  for (const Output& output : graph.outputs()) outputs.emplace(output.name, values.at(output.value));
  for (const Update& update : graph.updates())
    variables.at(graph.node(graph.producer(update.variable)).name) = values.at(update.value);
  return outputs;
}

}  // namespace weft::test
