#include "passes/handwritten/softmax.h"

#include "ops/forms.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// The axis along which `value` reduces x by that op, as it is or with an axis of extent 1 put back, so that it
/// broadcasts to x along that axis. The nodes between read nothing else, and are read once.
std::optional<std::int64_t> reduced_axis(const Graph& graph, ValueId value, const Op& reduction, ValueId x,
                                         std::span<const std::uint32_t> uses) {
  const Shape& shape = graph.type(x).shape;
  const Shape& reduced = graph.type(value).shape;
  const Node* node = &graph.node(graph.producer(value));
  while (node->op == &op::reshape || node->op == &op::stop_gradient) {
    if (uses[node->results[0].index] != 1) return std::nullopt;
    node = &graph.node(graph.producer(node->operands[0]));
  }
  if (node->op != &reduction || node->operands[0] != x || uses[node->results[0].index] != 1) return std::nullopt;
  const std::vector<std::int64_t> axes = reduction_form(*node).axes;
  if (axes.size() != 1) return std::nullopt;
  const auto axis = static_cast<std::size_t>(axes[0]);
  const bool broadcasts = reduced == shape.with(axis, 1) || (axis == 0 && reduced == shape.without(0));
  return broadcasts ? std::optional(axes[0]) : std::nullopt;
}

}  // namespace

std::optional<SoftmaxForm> softmax_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses) {
  const Node& quotient = graph.node(last);
  if (quotient.op != &op::div) return std::nullopt;
  const ValueId e = quotient.operands[0];
  const Node& exponential = graph.node(graph.producer(e));
  if (exponential.op != &op::exp || uses[e.index] != 2) return std::nullopt;
  const std::optional<std::int64_t> axis = reduced_axis(graph, quotient.operands[1], op::reduce_sum, e, uses);
  if (!axis) return std::nullopt;
  SoftmaxForm form{last, exponential.operands[0], *axis};
  const Node& difference = graph.node(graph.producer(form.x));
  if (difference.op != &op::sub || uses[form.x.index] != 1) return form;
  const ValueId x = difference.operands[0];
  if (graph.type(x) == graph.type(form.x) &&
      reduced_axis(graph, difference.operands[1], op::reduce_max, x, uses) == axis)
    return SoftmaxForm{last, x, *axis, 2};
  return form;
}

std::optional<SoftmaxForm> softmax_form(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses) {
  const Node& node = graph.node(last);
  if (node.op == &op::softmax) return SoftmaxForm{last, node.operands[0], axis_of(node)};
  return softmax_by_hand(graph, last, uses);
}

std::optional<SoftmaxForm> log_of_softmax(const Graph& graph, NodeId log, std::span<const std::uint32_t> uses) {
  const Node& node = graph.node(log);
  if (node.op != &op::log || uses[node.operands[0].index] != 1) return std::nullopt;
  return softmax_form(graph, graph.producer(node.operands[0]), uses);
}

}  // namespace weft
