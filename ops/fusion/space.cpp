#include "ops/fusion/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "graph/base/error.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"

namespace weft {
namespace {

bool operand_fits(const FusionSpace& space, const Node& node, const Shape& operand, const Shape& result,
                  bool is_computed) {
  if (is_row_reduction(*node.op) || is_row_function(*node.op)) return space.is_full(operand);
  if (node.op == &op::reshape) return space.is_row(operand);
  if (space.is_full(result)) {
    if (!is_computed) return steps_evenly(operand, result, space.row_axes);
    return space.is_full(operand) || space.is_kept_row(operand);
  }
  return operand.volume() == result.volume() || (!is_computed && operand.volume() == 1);
}

}  // namespace

bool is_pointwise(const Op& op) {
  // Not those that call the C library for each element.
  static const std::array ops{&op::add,     &op::sub,      &op::mul,      &op::div,     &op::neg,   &op::exp,
                              &op::log,     &op::tanh,     &op::sqrt,     &op::cast,    &op::abs,   &op::sign,
                              &op::sigmoid, &op::relu,     &op::floor,    &op::round,   &op::log1p, &op::expm1,
                              &op::minimum, &op::erf,      &op::softplus, &op::maximum, &op::equal, &op::less,
                              &op::select,  &op::broadcast};
  return std::ranges::find(ops, &op) != ops.end();
}

bool is_row_reduction(const Op& op) { return &op == &op::reduce_sum || &op == &op::reduce_max; }

bool is_row_function(const Op& op) { return &op == &op::softmax || &op == &op::log_softmax; }

bool is_at_end(const Op& op) { return &op == &op::slice || &op == &op::concat; }

bool is_fusible(const Op& op) {
  return is_pointwise(op) || is_row_reduction(op) || is_row_function(op) || is_at_end(op) || &op == &op::reshape ||
         &op == &op::dropout;
}

bool steps_evenly(const Shape& operand, const Shape& result, std::size_t axes) {
  const std::size_t within = std::min(operand.rank(), axes);
  const auto operand_end = operand.extents().last(within);
  const bool stretched = std::ranges::all_of(operand_end, [](std::int64_t extent) { return extent == 1; });
  return stretched || (within == axes && std::ranges::equal(operand_end, result.extents().last(axes)));
}

bool FusionSpace::is_kept_row(const Shape& shape) const {
  return row_axes > 0 && shape.rank() == full.rank() &&
         std::equal(shape.begin(), shape.end() - row_axes, full.begin()) &&
         std::all_of(shape.end() - row_axes, shape.end(), [](std::int64_t extent) { return extent == 1; });
}

bool FusionSpace::is_row(const Shape& shape) const {
  const bool is_bare =
      row_axes > 0 && shape.rank() + row_axes == full.rank() && std::equal(shape.begin(), shape.end(), full.begin());
  return is_bare || is_kept_row(shape);
}

std::optional<std::size_t> row_axes_of(const Shape& full, const Shape& shape) {
  if (shape.rank() != full.rank() || shape == full) return std::nullopt;
  const auto [differs, in_full] = std::mismatch(shape.begin(), shape.end(), full.begin());
  if (std::any_of(differs, shape.end(), [](std::int64_t extent) { return extent != 1; })) return std::nullopt;
  return static_cast<std::size_t>(shape.end() - differs);
}

std::size_t run_axes_of(const Graph& graph, const Node& node) {
  const std::int64_t axis = node.op == &op::slice ? slice_form(node).axis : axis_of(node);
  return graph.type(node.results[0]).shape.rank() - static_cast<std::size_t>(axis);
}

std::optional<std::size_t> row_axes_of(const Graph& graph, const Node& node) {
  const std::size_t rank = graph.type(node.operands[0]).shape.rank();
  if (is_row_function(*node.op))
    return axis_of(node) + 1 == static_cast<std::int64_t>(rank) ? std::optional<std::size_t>(1) : std::nullopt;
  const std::vector<std::int64_t> axes = reduction_form(node).axes;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (axes[i] != static_cast<std::int64_t>(rank - axes.size() + i)) return std::nullopt;
  return axes.empty() ? std::nullopt : std::optional<std::size_t>(axes.size());
}

namespace {

std::string why_not_at_end(const FusionSpace& space, const Graph& graph, const Node& node,
                           const std::function<bool(ValueId)>& computes) {
  const bool is_slice = node.op == &op::slice;
  if (is_slice && computes(node.operands[0])) return "it slices what the body computes";
  if (is_slice && slice_form(node).step != 1) return "it leaves elements out";
  if (run_axes_of(graph, node) < space.row_axes) return "it cuts rows";
  for (const ValueId part : is_slice ? node.results : node.operands)
    if (!space.is_full(graph.type(part).shape))
      return fmt::format("its part {} does not have the shape {}", graph.type(part).shape, space.full);
  return {};
}

}  // namespace

std::string why_not_fused(const FusionSpace& space, const Graph& graph, const Node& node,
                          const std::function<bool(ValueId)>& computes) {
  if (!is_fusible(*node.op)) return "it is neither pointwise nor a reduction along rows";
  if (is_at_end(*node.op)) return why_not_at_end(space, graph, node, computes);
  const Shape& result = graph.type(node.results[0]).shape;
  if (node.op == &op::dropout) {
    if (computes(node.operands[1])) return "the body computes its step";
    return space.is_full(result) ? "" : fmt::format("it numbers the elements of {}, not of {}", result, space.full);
  }
  if (!space.is_full(result) && !space.is_row(result))
    return fmt::format("its result {} has neither an element for each one of {} nor for each row", result, space.full);
  if ((is_row_reduction(*node.op) || is_row_function(*node.op)) && row_axes_of(graph, node) != space.row_axes)
    return fmt::format("it does not work along the last {} axes, which make up a row", space.row_axes);
  if (node.op == &op::reshape && space.is_full(result)) return "it reshapes more than row values";
  for (const ValueId operand : node.operands) {
    const Shape& shape = graph.type(operand).shape;
    if (!operand_fits(space, node, shape, result, computes(operand)))
      return fmt::format("its operand {} cannot be read row by row for a result of {}", shape, result);
  }
  return {};
}

FusionSpace fusion_space(const Graph& body) {
  // Of [3,1] and [3] the first: it may be rows of one element, the other cannot.
  const auto largest = [](const Shape& a, const Shape& b) {
    return std::pair(b.volume(), b.rank()) > std::pair(a.volume(), a.rank()) ? b : a;
  };
  const auto computes = [&](ValueId value) { return !is_leaf(*body.node(body.producer(value)).op); };
  FusionSpace space;
  std::int64_t full_values = 0;
  const std::vector<NodeId> nodes = body.nodes();
  require(nodes.size() <= most_fused_nodes, "the body has {} nodes, at most {} are possible", nodes.size(),
          most_fused_nodes);
  for (const NodeId id : nodes) {
    const Node& node = body.node(id);
    if (is_leaf(*node.op)) continue;
    const ValueId whole = node.op == &op::concat ? node.operands[0] : node.results[0];
    space.full = largest(space.full, body.type(whole).shape);
    if (is_row_reduction(*node.op)) space.full = largest(space.full, body.type(node.operands[0]).shape);
  }
  // A reduction says what a row is; without one, the first value that is smaller than the full shape.
  for (const NodeId id : nodes)
    if (space.row_axes == 0 && (is_row_reduction(*body.node(id).op) || is_row_function(*body.node(id).op)))
      space.row_axes = row_axes_of(body, body.node(id)).value_or(0);
  for (const NodeId id : nodes) {
    const Node& node = body.node(id);
    if (is_leaf(*node.op) || node.op == &op::concat) continue;
    const Shape& result = body.type(node.results[0]).shape;
    if (space.row_axes == 0) space.row_axes = row_axes_of(space.full, result).value_or(0);
    if (space.is_full(result)) ++full_values;
  }
  const std::int64_t full_bytes = 4 * full_values * space.row_volume();
  require(space.row_volume() <= longest_fused_row && full_bytes <= most_fused_row_bytes,
          "a row has {} elements, in all values {} bytes: at most {} elements and {} bytes are possible",
          space.row_volume(), full_bytes, longest_fused_row, most_fused_row_bytes);
  for (const NodeId id : nodes) {
    const Node& node = body.node(id);
    if (is_leaf(*node.op)) continue;
    const std::string reason = why_not_fused(space, body, node, computes);
    require(reason.empty(), "the body cannot hold {} '{}': {}", node.op->name, node.name, reason);
  }
  return space;
}

}  // namespace weft
