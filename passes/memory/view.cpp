#include "passes/memory/view.h"

#include "ops/forms.h"
#include "ops/op_list.h"

namespace weft {

bool is_leading_axis(const Shape& shape, std::int64_t axis) { return shape.volume_between(0, shape.axis(axis)) == 1; }

bool is_view(const Graph& graph, const Node& node) {
  if (node.op == &op::reshape) return true;
  return node.op == &op::slice && slice_form(node).step == 1 &&
         is_leading_axis(graph.type(node.operands[0]).shape, axis_of(node));
}

std::int64_t view_offset(const Graph& graph, const Node& view) {
  if (view.op != &op::slice) return 0;
  const Shape& shape = graph.type(view.operands[0]).shape;
  const SliceForm slice = slice_form(view);
  return slice.begin * shape.volume_between(shape.axis(slice.axis) + 1, shape.rank());
}

Piece piece_of(const Graph& graph, ValueId value, const std::function<ValueId(ValueId)>& current) {
  const auto now = [&](ValueId old_value) { return current ? current(old_value) : old_value; };
  Piece piece{now(value), 0};
  while (true) {
    const Node& node = graph.node(graph.producer(piece.source));
    if (!is_view(graph, node)) return piece;
    piece.offset += view_offset(graph, node);
    piece.source = now(node.operands[0]);
  }
}

}  // namespace weft
