#include "passes/handwritten/softmax.h"

#include "ops/forms.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// The node that makes the value, or what it is a view of, when everything on the way is read once.
const Node* source_of(const Graph& graph, ValueId value, std::span<const std::uint32_t> uses) {
  for (;;) {
    const Node& node = graph.node(graph.producer(value));
    if (uses[value.index] != 1) return nullptr;
    if (node.op != &op::reshape && node.op != &op::stop_gradient) return &node;
    value = node.operands[0];
  }
}

/// The one axis along which the node reduces x, when `shape` is that of its result, with or without the axis, such that
/// it broadcasts to x along that axis.
std::optional<std::int64_t> reduced_axis(const Graph& graph, const Node* node, const Op& reduction, ValueId x,
                                         const Shape& shape) {
  if (node == nullptr || node->op != &reduction || node->operands[0] != x) return std::nullopt;
  const std::vector<std::int64_t> axes = reduction_form(*node).axes;
  if (axes.size() != 1) return std::nullopt;
  const auto axis = static_cast<std::size_t>(axes[0]);
  const Shape& of_x = graph.type(x).shape;
  const bool broadcasts = shape == of_x.with(axis, 1) || (axis == 0 && shape == of_x.without(0));
  return broadcasts ? std::optional(axes[0]) : std::nullopt;
}

/// A softmax of `exponents`, which are read within so many times; or of x, where they are x - max(x).
SoftmaxForm form_of(const Graph& graph, NodeId last, ValueId exponents, std::int64_t axis, std::uint32_t reads,
                    std::span<const std::uint32_t> uses) {
  const Node& difference = graph.node(graph.producer(exponents));
  if (difference.op == &op::sub && uses[exponents.index] == reads) {
    const ValueId x = difference.operands[0];
    const ValueId max = difference.operands[1];
    if (graph.type(x) == graph.type(exponents) &&
        reduced_axis(graph, source_of(graph, max, uses), op::reduce_max, x, graph.type(max).shape) == axis)
      return {last, x, axis, 2};
  }
  return {last, exponents, axis, reads};
}

}  // namespace

std::optional<SoftmaxForm> softmax_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses) {
  const Node& quotient = graph.node(last);
  if (quotient.op != &op::div) return std::nullopt;
  const ValueId e = quotient.operands[0];
  const ValueId sum = quotient.operands[1];
  const Node& exponential = graph.node(graph.producer(e));
  if (exponential.op != &op::exp || uses[e.index] != 2) return std::nullopt;
  const auto axis = reduced_axis(graph, source_of(graph, sum, uses), op::reduce_sum, e, graph.type(sum).shape);
  if (!axis) return std::nullopt;
  return form_of(graph, last, exponential.operands[0], *axis, 1, uses);
}

std::optional<SoftmaxForm> log_softmax_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses) {
  const Node& difference = graph.node(last);
  if (difference.op != &op::sub) return std::nullopt;
  const ValueId x = difference.operands[0];
  const Shape& shape = graph.type(difference.operands[1]).shape;
  const Node* source = source_of(graph, difference.operands[1], uses);
  if (const auto axis = reduced_axis(graph, source, op::logsumexp, x, shape)) return SoftmaxForm{last, x, *axis, 2};
  if (source == nullptr || source->op != &op::log) return std::nullopt;
  const Node* sum = source_of(graph, source->operands[0], uses);
  if (sum == nullptr || sum->op != &op::reduce_sum) return std::nullopt;
  const ValueId e = sum->operands[0];
  const Node& exponential = graph.node(graph.producer(e));
  if (exponential.op != &op::exp || exponential.operands[0] != x || uses[e.index] != 1) return std::nullopt;
  const auto axis = reduced_axis(graph, sum, op::reduce_sum, e, shape);
  if (!axis) return std::nullopt;
  return form_of(graph, last, x, *axis, 2, uses);
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
