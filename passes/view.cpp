#include "passes/view.h"

#include "ops/op_list.h"

namespace weft {
namespace {

std::size_t axis_of(const Node& node) { return static_cast<std::size_t>(node.attributes.get<std::int64_t>("axis")); }

/// How far a view begins behind the start of its operand, in elements.
std::int64_t offset_of(const Graph& graph, const Node& view) {
  if (view.op != &op::slice) return 0;
  const Shape& shape = graph.type(view.operands[0]).shape;
  return view.attributes.get<std::int64_t>("begin") * shape.volume_between(axis_of(view) + 1, shape.rank());
}

}  // namespace

bool is_leading_axis(const Shape& shape, std::size_t axis) { return shape.volume_between(0, axis) == 1; }

bool is_view(const Graph& graph, const Node& node) {
  if (node.op == &op::reshape) return true;
  return node.op == &op::slice && is_leading_axis(graph.type(node.operands[0]).shape, axis_of(node));
}

Piece piece_of(const Graph& graph, ValueId value, const std::function<ValueId(ValueId)>& current) {
  const auto now = [&](ValueId old_value) { return current ? current(old_value) : old_value; };
  Piece piece{now(value), 0};
  while (true) {
    const Node& node = graph.node(graph.producer(piece.source));
    if (!is_view(graph, node)) return piece;
    piece.offset += offset_of(graph, node);
    piece.source = now(node.operands[0]);
  }
}

}  // namespace weft
