#include "ops/fusion/body_part.h"

#include <fmt/format.h>

#include <unordered_map>

#include "graph/leaf.h"
#include "graph/order.h"

namespace weft {
namespace {

/// By value: whether the wanted one is made of it, as far as it is not given.
std::vector<bool> needed_values(const Graph& body, std::span<const NodeId> order, ValueId wanted,
                                const std::set<ValueId>& given) {
  std::vector<bool> needed(body.value_bound(), false);
  needed[wanted.index] = true;
  for (std::size_t i = order.size(); i-- > 0;) {
    const Node& node = body.node(order[i]);
    const ValueId result = node.results[0];
    if (!needed[result.index] || given.contains(result)) continue;
    for (const ValueId operand : node.operands) needed[operand.index] = true;
  }
  return needed;
}

}  // namespace

BodyPart part_of_body(const Graph& body, ValueId wanted, const std::set<ValueId>& given) {
  const std::vector<NodeId> order = topological_order(body);
  const std::vector<bool> needed = needed_values(body, order, wanted, given);
  BodyPart part{.body = Graph("body"), .inputs = {}};
  std::unordered_map<ValueId, Value> made;
  for (const NodeId id : order) {
    const Node& node = body.node(id);
    const ValueId value = node.results[0];
    if (!needed[value.index]) continue;
    if (node.op == &leaf::input || given.contains(value)) {
      const TensorType& type = body.type(value);
      made[value] = part.body.input(fmt::format("x{}", part.inputs.size()), type.dtype, type.shape);
      part.inputs.push_back(value);
    } else if (node.op == &leaf::constant) {
      made[value] = part.body.constant(constant_value(node));
    } else {
      std::vector<Value> operands;
      for (const ValueId operand : node.operands) operands.push_back(made.at(operand));
      made[value] = part.body.add(*node.op, operands, node.attributes)[0];
    }
  }
  part.body.output("y0", made.at(wanted));
  return part;
}

}  // namespace weft
