#include "graph/cost.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/fusion/space.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

const Graph& body_of(const Attributes& attributes) { return *attributes.get<std::shared_ptr<const Graph>>("body"); }

std::vector<TensorType> infer_fusion(std::span<const TensorType> operands, const Attributes& attributes) {
  const Graph& body = body_of(attributes);
  require(!operands.empty(), "there are no operands");
  const std::vector<NodeId> inputs = body.leaves(leaf::input);
  require(inputs.size() == operands.size(), "{} operands are given, the body has {} inputs", operands.size(),
          inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Node& input = body.node(inputs[i]);
    require(body.type(input.results[0]) == operands[i], "operand {} is {}, the body's input '{}' is {}", i, operands[i],
            input.name, body.type(input.results[0]));
  }
  require(body.leaves(leaf::parameter).empty() && body.leaves(leaf::state).empty() && body.updates().empty(),
          "a body has inputs and constants alone, no variables");
  fusion_space(body);
  require(!body.outputs().empty(), "the body has no outputs");
  std::vector<TensorType> results;
  for (const Output& output : body.outputs()) {
    const Node& node = body.node(body.producer(output.value));
    require(!is_leaf(*node.op), "the body's output '{}' is not computed: it is the {} '{}'", output.name, node.op->name,
            node.name);
    results.push_back(body.type(output.value));
  }
  return results;
}

std::vector<Value> decompose_fusion(std::span<const Value> operands, const Attributes& attributes) {
  const Graph& body = body_of(attributes);
  std::vector<Value> values(body.value_bound());
  std::size_t next_operand = 0;
  for (const NodeId id : body.leaves(leaf::input)) values[body.node(id).results[0].index] = operands[next_operand++];
  for (const NodeId id : topological_order(body)) {
    const Node& node = body.node(id);
    if (node.op == &leaf::input) continue;
    if (node.op == &leaf::constant) {
      values[node.results[0].index] = operands[0].graph().constant(constant_value(node));
      continue;
    }
    std::vector<Value> of_node;
    for (const ValueId operand : node.operands) of_node.push_back(values[operand.index]);
    values[node.results[0].index] = apply_all(*node.op, of_node, node.attributes).at(0);
  }
  std::vector<Value> results;
  for (const Output& output : body.outputs()) results.push_back(values[output.value.index]);
  return results;
}

double flops_of_fusion(std::span<const TensorType>, std::span<const TensorType>, const Attributes& attributes) {
  const Graph& body = body_of(attributes);
  double sum = 0.0;
  for (const NodeId id : body.nodes()) sum += flops_of(body, body.node(id));
  return sum;
}

std::vector<Value> fusion_case_pointwise(Graph& graph) {
  Graph body("body");
  const Value x = body.input("x", DType::f32, {3, 5});
  const Value bias = body.input("bias", DType::f32, {5});
  body.output("y", tanh(x + bias) * 0.5);
  return fusion(std::move(body), {graph.input("x", DType::f32, {3, 5}), graph.input("bias", DType::f32, {5})});
}
std::vector<Value> fusion_case_around_a_reduction(Graph& graph) {
  Graph body("body");
  const Value x = body.input("x", DType::f32, {2, 3, 7});
  const Value centred = x - reduce_sum(x, {-1}, true) * 0.25;
  const Value deviation = sqrt(reduce_sum(centred * centred, {-1}, true) + 0.5);
  body.output("deviation", deviation);
  body.output("normal", centred / deviation);
  return fusion(std::move(body), {graph.input("x", DType::f32, {2, 3, 7})});
}

}  // namespace

const Op op::fusion = {
    .name = "fusion",
    .family = "fusion",
    .summary =
        "what its body, a graph of its own, computes of the operands, piece by piece: pointwise ops, dropout, and "
        "sums, maxima and softmax along rows; made by the pass fuse-elementwise",
    .operands = {"x..."},
    .results = {"y..."},
    .attributes = {"body: a graph whose inputs are the operands and whose outputs are the results, in order"},
    .infer = infer_fusion,
    .decompose = decompose_fusion,
    .flops = flops_of_fusion,
    .cases = {{.name = "pointwise", .build = fusion_case_pointwise},
              {.name = "around_a_reduction", .build = fusion_case_around_a_reduction}},
};

std::vector<Value> fusion(Graph body, Values operands) {
  return apply_all(op::fusion, operands, {{"body", std::make_shared<const Graph>(std::move(body))}});
}

}  // namespace weft
