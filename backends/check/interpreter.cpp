#include "backends/check/interpreter.h"

#include <fmt/format.h>

#include <map>

#include "backends/runtime/evaluate.h"
#include "graph/leaf.h"
#include "graph/order.h"

namespace weft {
namespace {

using TensorsByValue = std::map<ValueId, Tensor>;

std::string part_name(std::size_t index) { return fmt::format("{:04}", index); }

/// The results of a node whose op has no kernel: of a graph of its own that the op's decomposition makes.
std::vector<Tensor> evaluate_parts(const Graph& graph, NodeId id, std::span<const Tensor* const> operands,
                                   const Backend& backend) {
  const Node& node = graph.node(id);
  check_invariant(node.op->decompose != nullptr, "{} '{}': the backend {} has no kernel for it, and it has no parts",
                  node.op->name, node.name, backend.name());
  Graph parts(node.name);
  TensorMap inputs;
  std::vector<Value> handles;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    handles.push_back(parts.input(part_name(i), operands[i]->dtype(), operands[i]->shape()));
    inputs.emplace(part_name(i), *operands[i]);
  }
  const std::vector<Value> results = node.op->decompose(handles, node.attributes);
  for (std::size_t i = 0; i < results.size(); ++i) parts.output(part_name(i), results[i]);
  TensorMap no_variables;
  TensorMap outputs = interpret(parts, backend, inputs, no_variables);
  std::vector<Tensor> tensors;
  for (auto& [name, tensor] : outputs) tensors.push_back(std::move(tensor));  // in the names' order: by index
  return tensors;
}

void compute(const Graph& graph, NodeId id, const Backend& backend, TensorsByValue& values,
             const NodeObserver& observer) {
  const Node& node = graph.node(id);
  std::vector<const Tensor*> operands;
  for (const ValueId operand : node.operands) operands.push_back(&values.at(operand));
  const bool whole = backend.runs_whole(*node.op);
  std::vector<Tensor> results =
      whole ? evaluate_node(graph, id, operands, backend) : evaluate_parts(graph, id, operands, backend);
  if (observer) observer(id, results);
  for (std::size_t i = 0; i < results.size(); ++i) values.emplace(node.results[i], std::move(results[i]));
}

/// How often each value is still to be read.
std::map<ValueId, std::size_t> count_uses(const Graph& graph) {
  std::map<ValueId, std::size_t> uses;
  for (const NodeId id : graph.nodes())
    for (const ValueId operand : graph.node(id).operands) ++uses[operand];
  for (const Output& output : graph.outputs()) ++uses[output.value];
  for (const Update& update : graph.updates()) ++uses[update.value];
  return uses;
}

}  // namespace

TensorMap interpret(const Graph& graph, const Backend& backend, const TensorMap& inputs, TensorMap& variables,
                    const NodeObserver& observer) {
  TensorsByValue values;
  std::map<ValueId, std::size_t> uses = count_uses(graph);
  for (const NodeId id : topological_order(graph)) {
    const Node& node = graph.node(id);
    if (node.op == &leaf::constant)
      values.emplace(node.results[0], constant_value(node));
    else if (node.op == &leaf::input)
      values.emplace(node.results[0], inputs.find(node.name)->second);
    else if (is_leaf(*node.op))
      values.emplace(node.results[0], variables.find(node.name)->second);
    else
      compute(graph, id, backend, values, observer);
    for (const ValueId operand : node.operands)
      if (--uses[operand] == 0) values.erase(operand);
  }
  TensorMap outputs;
  for (const Output& output : graph.outputs()) outputs.emplace(output.name, values.at(output.value));
  for (const Update& update : graph.updates())
    variables.find(graph.node(graph.producer(update.variable)).name)->second = values.at(update.value);
  return outputs;
}

}  // namespace weft
