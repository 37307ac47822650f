#include "passes/memory/in_place.h"

#include <algorithm>

#include "ops/op_list.h"

namespace weft {
namespace {

/// A fusion writes a result piece by piece. When it is the only one, and of the body's largest shape, what lies in the
/// same place of an operand has been read for the last time by then.
bool fusion_overwrites(const Node& node) {
  const Graph& body = *node.attributes.get<std::shared_ptr<const Graph>>("body");
  if (body.outputs().size() != 1) return false;
  const ValueId result = body.outputs()[0].value;
  if (body.node(body.producer(result)).op == &op::concat) return false;  // its parts lie elsewhere
  const std::int64_t volume = body.type(result).shape.volume();
  return std::ranges::all_of(body.nodes(),
                             [&](NodeId id) { return body.type(body.node(id).results[0]).shape.volume() <= volume; });
}

}  // namespace

bool may_write_over(const Node& node, std::size_t result, ValueId operand) {
  if (node.op == &op::fusion) return std::ranges::count(node.operands, operand) > 0 && fusion_overwrites(node);
  bool given = false;
  for (std::size_t i = 0; i < node.operands.size(); ++i) {
    if (node.operands[i] != operand) continue;
    if (!overwrites(*node.op, result, i)) return false;
    given = true;
  }
  return given;
}

}  // namespace weft
