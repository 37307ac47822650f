// Splits a reduction over leading and trailing axes in two, so that the first, along rows, becomes part of the fusion
// that makes the operand.
//
//   before                                                 after
//   %p = mul(%g, %x) : f32[32,16,24,24]                    %p = mul(%g, %x) : f32[32,16,24,24]
//                                                          %r = reduce_sum(%p) {axes = [2, 3], keep_dims = true}
//   %s = reduce_sum(%p) {axes = [0, 2, 3]} : f32[16]       %s = reduce_sum(%r) {axes = [0, 2, 3]} : f32[16]
//
// A kernel reduces run after run of memory anyway, and then combines the runs in order: the bits stay. For that a run
// must be a row, with an axis that stays between it and the leading axes, and no longer than a kernel's piece.

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// The last axes that are reduced, when others are reduced as well and an axis that stays lies between; else none.
std::vector<std::int64_t> row_axes(const Shape& shape, const std::vector<std::int64_t>& axes) {
  auto first = axes.end();
  std::int64_t axis = static_cast<std::int64_t>(shape.rank());
  while (first != axes.begin() && *std::prev(first) == axis - 1) {
    --first;
    --axis;
  }
  if (first == axes.begin() || first == axes.end()) return {};
  const auto begin = static_cast<std::size_t>(*std::prev(first)) + 1;
  const bool is_apart = shape.volume_between(begin, static_cast<std::size_t>(axis)) > 1;
  return is_apart ? std::vector<std::int64_t>(first, axes.end()) : std::vector<std::int64_t>{};
}

bool run_split_reduction(Graph& graph, const PassContext& context) {
  if (context.runs_whole && !context.runs_whole(op::fusion)) return false;
  Rewriter rewriter(graph);
  for (const NodeId id : topological_order(graph)) {
    const Node& node = graph.node(id);
    if (!is_row_reduction(*node.op) || !is_pointwise(*graph.node(graph.producer(node.operands[0])).op)) continue;
    const Value x = graph.value(node.operands[0]);
    const std::vector<std::int64_t> axes = row_axes(x.shape(), reduction_form(node).axes);
    if (axes.empty()) continue;
    const std::int64_t row = x.shape().volume_between(static_cast<std::size_t>(axes.front()), x.shape().rank());
    if (row == 1 || row > longest_fused_row) continue;
    const Graph::Scope scope = graph.absolute_scope(node.scope);
    const Op& op = *node.op;
    const Attributes attributes = node.attributes;
    const ValueId whole = node.results[0];
    const Value rows = graph.add(op, std::vector<Value>{x}, {{"axes", axes}, {"keep_dims", true}})[0];
    rewriter.replace(whole, graph.add(op, std::vector<Value>{rows}, attributes)[0].id());
  }
  return rewriter.finish();
}

}  // namespace

const Pass pass::split_reduction{"split-reduction", "reduces rows first, so that this becomes part of a fusion",
                                 run_split_reduction};

}  // namespace weft
