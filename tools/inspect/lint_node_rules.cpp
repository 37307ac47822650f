#include <fmt/format.h>

#include <algorithm>

#include "graph/base/joined.h"
#include "graph/base/quote.h"
#include "graph/leaf.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "tools/inspect/lint_rules.h"

// Rules about single nodes and what they read: shapes that fit by accident, arithmetic that does nothing or loses
// precision. Gradients are not looked at: their shapes follow from those that were declared.

namespace weft::inspect {
namespace {

/// Calls `about` for every declared node, and collects the messages that are not empty.
template <typename About>
std::vector<Finding> about_declared_nodes(const LintContext& context, About about) {
  std::vector<Finding> findings;
  for (const NodeId id : context.nodes()) {
    if (context.is_derived(id)) continue;
    std::string message = about(context.graph().node(id));
    if (!message.empty()) findings.push_back({{}, id, std::move(message)});
  }
  return findings;
}

template <typename... Ops>
bool is_one_of(const Node& node, const Ops&... ops) {
  return ((node.op == &ops) || ...);
}

/// The node whose elements this one only arranges otherwise, through a few such nodes: more are not to be expected.
const Node& behind_views(const LintContext& context, const Node& node) {
  const Node* source = &node;
  for (int i = 0; i < 4 && is_one_of(*source, op::reshape, op::transpose, op::broadcast); ++i)
    source = &context.operand(*source, 0);
  return *source;
}

/// The extent of an axis that counts from the last one; 1 beyond the first.
std::int64_t extent_from_last(const Shape& shape, std::size_t axis) {
  return axis < shape.rank() ? shape.extents()[shape.rank() - 1 - axis] : 1;
}

/// Whether broadcasting the two together repeats elements of `a` along some axis.
bool is_stretched(const Shape& a, const Shape& b) {
  for (std::size_t axis = 0; axis < b.rank(); ++axis)
    if (extent_from_last(a, axis) == 1 && extent_from_last(b, axis) > 1) return true;
  return false;
}

bool is_constant(const LintContext& context, const Node& node, std::size_t operand) {
  return behind_views(context, context.operand(node, operand)).op == &leaf::constant;
}

/// [n] with [n,1] makes [n,n]: what was to be elementwise has become every element with every other one. With a constant
/// that is meant: so are masks and one-hot rows made.
std::vector<Finding> outer_broadcast(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (!is_one_of(node, op::add, op::sub, op::mul, op::div, op::pow, op::remainder, op::minimum, op::maximum,
                   op::equal, op::less, op::select))
      return "";
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      for (std::size_t j = i + 1; j < node.operands.size(); ++j) {
        const Shape& a = context.graph().type(node.operands[i]).shape;
        const Shape& b = context.graph().type(node.operands[j]).shape;
        if (!is_stretched(a, b) || !is_stretched(b, a)) continue;
        if (is_constant(context, node, i) || is_constant(context, node, j)) continue;
        return fmt::format(
            "{} {} and {} {} stretch each other to {}: every element meets every other one; reshape "
            "one of them so that they line up, or use broadcast() to say that it is meant",
            weft::quoted(context.graph().value_name(node.operands[i])), a,
            weft::quoted(context.graph().value_name(node.operands[j])), b, broadcast_shapes(a, b));
      }
    }
    return "";
  });
}

std::vector<Finding> softmax_over_one(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (!is_one_of(node, op::softmax, op::log_softmax)) return "";
    const Shape& shape = context.graph().type(node.operands[0]).shape;
    const std::int64_t axis = axis_of(node);
    if (shape[axis] != 1) return "";
    return fmt::format(
        "axis {} of {} {} has one element, so that the result is {} whatever it is; take the axis of the "
        "alternatives",
        axis, weft::quoted(context.graph().value_name(node.operands[0])), shape, node.op == &op::softmax ? 1 : 0);
  });
}

std::vector<Finding> reduce_over_one(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    std::vector<std::int64_t> axes;
    if (is_one_of(node, op::reduce_sum, op::reduce_mean, op::reduce_max, op::reduce_prod, op::logsumexp))
      axes = reduction_form(node).axes;
    else if (node.op == &op::argmax)
      axes = {axis_of(node)};
    const Shape& shape = node.operands.empty() ? Shape() : context.graph().type(node.operands[0]).shape;
    if (axes.empty() || std::ranges::any_of(axes, [&](std::int64_t axis) { return shape[axis] != 1; })) return "";
    return fmt::format(
        "reduces axes [{}] of {} {}, which have one element: nothing is reduced; reshape() says so, or "
        "another axis is meant",
        joined(axes, ", "), weft::quoted(context.graph().value_name(node.operands[0])), shape);
  });
}

std::vector<Finding> same_operands(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (!is_one_of(node, op::sub, op::div, op::equal, op::less) || node.operands[0] != node.operands[1]) return "";
    return fmt::format(
        "both sides are {}, so that the result is always the same but for NaN; one of them is probably "
        "meant to be another value",
        weft::quoted(context.graph().value_name(node.operands[0])));
  });
}

std::vector<Finding> log_of_softmax(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (node.op != &op::log || context.operand(node, 0).op != &op::softmax) return "";
    return fmt::format(
        "the logarithm of {}, a softmax, is -inf where that rounds to 0; use log_softmax(), which does not",
        weft::quoted(context.operand(node, 0).name));
  });
}

std::vector<Finding> softmax_twice(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (!is_one_of(node, op::softmax, op::log_softmax, op::masked_cross_entropy)) return "";
    const Node& source = behind_views(context, context.operand(node, 0));
    if (source.op != &op::softmax) return "";
    return fmt::format(
        "takes a softmax of {}, which is a softmax already: the result is nearly flat; give it the logits",
        weft::quoted(source.name));
  });
}

/// Two dense layers on end are one, unless the first goes through fewer units: then it is a factor of low rank.
std::vector<Finding> stacked_dense(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (node.op != &op::dense) return "";
    const Node& inner = context.operand(node, 0);
    if (inner.op != &op::dense || context.uses(inner.results[0]) > 1) return "";
    const std::int64_t in = context.graph().type(inner.operands[1]).shape[0];
    const std::int64_t between = context.graph().type(node.operands[1]).shape[0];
    const std::int64_t out = context.graph().type(node.operands[1]).shape[1];
    if (between < std::min(in, out)) return "";
    return fmt::format(
        "follows {} with nothing between ({} -> {} -> {} units): together they can do no more than one "
        "dense layer; put an activation between, or drop one",
        weft::quoted(inner.name), in, between, out);
  });
}

/// exp(x) / sum(exp(x)); one that subtracts something first is taken to know what it does.
std::vector<Finding> hand_made_softmax(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (node.op != &op::div) return "";
    const Node& sum = behind_views(context, context.operand(node, 1));
    if (sum.op != &op::reduce_sum || sum.operands[0] != node.operands[0]) return "";
    const Node& exponential = context.operand(node, 0);
    if (exponential.op != &op::exp || context.operand(exponential, 0).op == &op::sub) return "";
    return fmt::format(
        "divides {} by its own sum: a softmax that overflows for arguments above 88 in f32; use softmax(), "
        "which does not",
        weft::quoted(exponential.name));
  });
}

/// The tensor of a constant, or nullptr for any other node.
const Tensor* constant_content(const Node& node) {
  return node.op == &leaf::constant ? &constant_value(node) : nullptr;
}

/// How many elements of a constant are looked at: many nodes may read a large one.
std::int64_t elements_to_check(const Tensor& constant) {
  return std::min<std::int64_t>(constant.shape().volume(), 4096);
}

std::vector<Finding> division_by_zero(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (node.op != &op::div) return "";
    const Node& source = behind_views(context, context.operand(node, 1));
    const Tensor* divisor = constant_content(source);
    if (divisor == nullptr || !is_float(divisor->dtype())) return "";
    for (std::int64_t i = 0; i < elements_to_check(*divisor); ++i)
      if (divisor->number(i) == 0.0)
        return fmt::format(
            "element {} of its divisor {} {} is 0, in every run; add a little to it, or choose with "
            "select() where it divides",
            i, weft::quoted(source.name), divisor->type());
    return "";
  });
}

std::vector<Finding> ids_outside_table(const LintContext& context) {
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (!is_one_of(node, op::embedding, op::gather)) return "";
    const Node& source = behind_views(context, context.operand(node, 1));
    const Tensor* ids = constant_content(source);
    if (ids == nullptr) return "";
    const Shape& table = context.graph().type(node.operands[0]).shape;
    const std::int64_t axis = node.op == &op::gather ? axis_of(node) : 0;
    for (std::int64_t i = 0; i < elements_to_check(*ids); ++i)
      if (ids->number(i) < 0.0 || ids->number(i) >= static_cast<double>(table[axis]))
        return fmt::format(
            "id {} (element {} of {}) is no place along axis {} of {} {}: every run will fail; give ids from 0 to {}",
            ids->number(i), i, weft::quoted(source.name), axis,
            weft::quoted(context.graph().value_name(node.operands[0])), table, table[axis] - 1);
    return "";
  });
}

/// A loss over one target a row, and no other such loss beside it: no sequence, whose padding has the id 0, but classes.
std::vector<Finding> class_zero_ignored(const LintContext& context) {
  const auto losses = std::ranges::count_if(
      context.nodes(), [&](NodeId id) { return context.graph().node(id).op == &op::masked_cross_entropy; });
  return about_declared_nodes(context, [&](const Node& node) -> std::string {
    if (node.op != &op::masked_cross_entropy || losses > 1) return "";
    const TensorType& targets = context.graph().type(node.operands[1]);
    if (targets.shape.rank() != 1) return "";
    return fmt::format(
        "takes id 0 of its targets {} {} for padding, so that class 0 is never learnt; use cross_entropy",
        weft::quoted(context.graph().value_name(node.operands[1])), targets);
  });
}

constexpr LintRule rules_of_nodes[] = {
    {"outer-broadcast", "two operands that stretch each other: [n] with [n,1]", outer_broadcast},
    {"softmax-over-one", "a softmax along an axis of one element", softmax_over_one},
    {"reduce-over-one", "a reduction along axes of one element", reduce_over_one},
    {"same-operands", "x - x, x / x, x == x, x < x", same_operands},
    {"log-of-softmax", "log(softmax(x)), which loses what log_softmax(x) keeps", log_of_softmax},
    {"softmax-twice", "a softmax, or a loss that has one, of a softmax", softmax_twice},
    {"stacked-dense", "two dense layers with no activation between", stacked_dense},
    {"hand-made-softmax", "exp(x) / sum(exp(x)), which overflows where softmax(x) does not", hand_made_softmax},
    {"division-by-zero", "a divisor that is a constant with a zero in it", division_by_zero},
    {"class-zero-ignored", "masked_cross_entropy for a classifier: it takes id 0 for padding", class_zero_ignored},
    {"ids-outside-table", "an embedding or gather by constant ids of which one lies outside the table",
     ids_outside_table},
};

}  // namespace

std::span<const LintRule> node_rules() { return rules_of_nodes; }

}  // namespace weft::inspect
