// Local rewriting: each rule looks at one node and what it reads, and gives a cheaper value that is equal to it. The
// walk is repeated until no rule acts (or `max_sweeps`), since one rule's result can be another's chance.
//
//   before                                      after
//   %s = dense(%zeros, %w, %b)                  %s = broadcast(%b)
//   %r = reshape(reshape(%x))                   %r = reshape(%x)
//   %c = concat(slice(%x, 0..3), slice(%x, 3..9))      %c = slice(%x, 0..9)
//   %t = matmul(transpose(%a), %b)              %t = matmul(%a, %b) {transpose_a}
//
// A product with a known zero is zero here, as in every such compiler, although 0 * inf is not: no finite graph can
// tell.

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/splat.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

constexpr int max_sweeps = 8;

/// Where each part of a concat ends along its axis: looked up, so that slices of one concat take no longer than it has
/// parts.
class PartEnds {
 public:
  const std::vector<std::int64_t>& of(const Graph& graph, NodeId concat) {
    std::vector<std::int64_t>& ends = ends_[concat];
    if (!ends.empty()) return ends;
    const Node& node = graph.node(concat);
    const std::int64_t axis = axis_of(node);
    for (const ValueId part : node.operands)
      ends.push_back((ends.empty() ? 0 : ends.back()) + graph.type(part).shape[axis]);
    return ends;
  }

 private:
  std::unordered_map<NodeId, std::vector<std::int64_t>> ends_;
};

/// A node with handles to what it reads: what a rule looks at.
struct Match {
  Graph& graph;
  const Node& node;
  PartEnds& part_ends;

  bool is(const Op& op) const { return node.op == &op; }
  Value operand(std::size_t i) const { return graph.value(node.operands[i]); }
  const Node& producer(std::size_t i) const { return graph.node(graph.producer(node.operands[i])); }
  const TensorType& type() const { return graph.type(node.results[0]); }
  bool is_splat(std::size_t i, double number) const { return splat(graph, node.operands[i]) == number; }
};

Value splat_of(const Match& match, double number) {
  return broadcast(match.graph.constant(number, match.type().dtype), match.type().shape);
}

/// The operand itself when it has the node's type; else (a scalar, a row) broadcast to it.
Value with_type_of(const Match& match, Value value) {
  return value.type() == match.type() ? value : broadcast(value, match.type().shape);
}

// x + 0, x - 0, x * 1, x / 1 -> x
Value neutral_element(const Match& match) {
  const bool sum = match.is(op::add) || match.is(op::sub);
  const bool product = match.is(op::mul) || match.is(op::div);
  if (!sum && !product) return {};
  const double neutral = sum ? 0.0 : 1.0;
  if (match.is_splat(1, neutral)) return with_type_of(match, match.operand(0));
  const bool commutes = match.is(op::add) || match.is(op::mul);
  if (commutes && match.is_splat(0, neutral)) return with_type_of(match, match.operand(1));
  return {};
}

// x * 0, matmul(0, w), matmul(x, 0) -> 0
Value product_with_zero(const Match& match) {
  if (!match.is(op::mul) && !match.is(op::matmul)) return {};
  if (!is_float(match.type().dtype) || (!match.is_splat(0, 0.0) && !match.is_splat(1, 0.0))) return {};
  return splat_of(match, 0.0);
}

// dense(0, kernel, bias) -> broadcast(bias)
Value dense_of_zero(const Match& match) {
  if (!match.is(op::dense) || !match.is_splat(0, 0.0)) return {};
  return broadcast(match.operand(2), match.type().shape);
}

// x^1 -> x, x^2 -> x x, x^3 -> x x x, x^0.5 -> sqrt(x), which take a small part of the time
Value known_power(const Match& match) {
  if (!match.is(op::pow)) return {};
  const std::optional<double> exponent = splat(match.graph, match.node.operands[1]);
  if (exponent != 1.0 && exponent != 2.0 && exponent != 3.0 && exponent != 0.5) return {};
  const Value x = with_type_of(match, match.operand(0));
  if (exponent == 1.0) return x;
  if (exponent == 0.5) return sqrt(x);
  return exponent == 2.0 ? x * x : x * x * x;
}

// neg(neg(x)) -> x
Value double_negation(const Match& match) {
  if (!match.is(op::neg) || match.producer(0).op != &op::neg) return {};
  return match.graph.value(match.producer(0).operands[0]);
}

/// Whether a transpose leaves every axis where it is.
bool keeps_axes(const Node& transpose) { return std::ranges::is_sorted(permutation_of(transpose)); }

// A reshape, broadcast, transpose or slice that changes nothing -> its operand
Value identity(const Match& match) {
  if (!match.is(op::reshape) && !match.is(op::broadcast) && !match.is(op::slice) && !match.is(op::transpose)) return {};
  if (match.operand(0).type() != match.type()) return {};
  if (match.is(op::transpose) && !keeps_axes(match.node)) return {};
  return match.operand(0);
}

// A reshape, slice or transpose of equal elements -> broadcast of the scalar
Value view_of_splat(const Match& match) {
  if (!match.is(op::reshape) && !match.is(op::slice) && !match.is(op::transpose)) return {};
  const std::optional<double> number = splat(match.graph, match.node.operands[0]);
  if (!number) return {};
  return splat_of(match, *number);
}

// reshape(reshape(x)) -> reshape(x), broadcast(broadcast(x)) -> broadcast(x)
Value view_of_view(const Match& match) {
  if ((!match.is(op::reshape) && !match.is(op::broadcast)) || match.producer(0).op != match.node.op) return {};
  const Value source = match.graph.value(match.producer(0).operands[0]);
  return match.is(op::reshape) ? reshape(source, match.type().shape) : broadcast(source, match.type().shape);
}

// transpose(transpose(x)) -> transpose(x) with the permutations composed
Value transpose_of_transpose(const Match& match) {
  if (!match.is(op::transpose) || match.producer(0).op != &op::transpose) return {};
  const auto& outer = permutation_of(match.node);
  const auto& inner = permutation_of(match.producer(0));
  std::vector<std::int64_t> composed;
  for (const std::int64_t axis : outer) composed.push_back(inner[static_cast<std::size_t>(axis)]);
  return transpose(match.graph.value(match.producer(0).operands[0]), composed);
}

// transpose(x) that moves no axis but those of extent 1 -> reshape(x)
Value transpose_of_nothing(const Match& match) {
  if (!match.is(op::transpose)) return {};
  const Shape& shape = match.operand(0).shape();
  std::int64_t last = -1;
  for (const std::int64_t axis : permutation_of(match.node)) {
    if (shape[axis] == 1) continue;
    if (axis < last) return {};
    last = axis;
  }
  return reshape(match.operand(0), match.type().shape);
}

// slice(slice(x)) along one axis -> slice(x)
Value slice_of_slice(const Match& match) {
  if (!match.is(op::slice) || match.producer(0).op != &op::slice) return {};
  const SliceForm outer = slice_form(match.node);
  const SliceForm inner = slice_form(match.producer(0));
  if (inner.axis != outer.axis) return {};
  const std::int64_t count = match.type().shape[outer.axis];
  const std::int64_t begin = inner.begin + outer.begin * inner.step;
  const std::int64_t step = count == 1 ? 1 : outer.step * inner.step;
  return slice(match.graph.value(match.producer(0).operands[0]), outer.axis, begin, begin + (count - 1) * step + 1,
               step);
}

// slice(concat(..., part, ...)) that lies within one part -> slice(part)
Value slice_of_concat(const Match& match) {
  if (!match.is(op::slice) || match.producer(0).op != &op::concat) return {};
  const SliceForm cut = slice_form(match.node);
  if (axis_of(match.producer(0)) != cut.axis) return {};
  const std::vector<std::int64_t>& ends = match.part_ends.of(match.graph, match.operand(0).producer());
  const auto end = std::ranges::upper_bound(ends, cut.begin);
  if (cut.end > *end) return {};
  const std::int64_t start = end == ends.begin() ? 0 : *(end - 1);
  const Value part = match.graph.value(match.producer(0).operands[static_cast<std::size_t>(end - ends.begin())]);
  return slice(part, cut.axis, cut.begin - start, cut.end - start, cut.step);
}

// concat(x) -> x
Value concat_of_one(const Match& match) {
  if (!match.is(op::concat) || match.node.operands.size() != 1) return {};
  return match.operand(0);
}

// concat of consecutive rows of one value, in order -> a view of that value
Value concat_of_pieces(const Match& match) {
  if (!match.is(op::concat) || match.node.operands.size() < 2) return {};
  if (!is_leading_axis(match.type().shape, axis_of(match.node))) return {};
  const Piece first = piece_of(match.graph, match.node.operands[0]);
  std::int64_t end = first.offset;
  for (const ValueId operand : match.node.operands) {
    const Piece piece = piece_of(match.graph, operand);
    if (piece.source != first.source || piece.offset != end) return {};
    end += match.graph.type(operand).shape.volume();
  }
  const Value source = match.graph.value(first.source);
  if (match.type().shape.volume() == source.shape().volume()) return reshape(source, match.type().shape);
  const Value flat = reshape(source, Shape{source.shape().volume()});
  return reshape(slice(flat, 0, first.offset, end), match.type().shape);
}

/// Whether a transpose exchanges the last two axes, and leaves the others where they are.
bool transposes_matrices(const Node& transpose) {
  std::vector<std::int64_t> axes = permutation_of(transpose);
  if (axes.size() < 2) return false;
  std::swap(axes[axes.size() - 2], axes[axes.size() - 1]);
  return std::ranges::is_sorted(axes);
}

// matmul(transpose(a), b) -> matmul(a, b) with transpose_a the other way round, and the same for b
Value transpose_into_matmul(const Match& match) {
  if (!match.is(op::matmul)) return {};
  std::array<Value, 2> operands{match.operand(0), match.operand(1)};
  const MatmulForm form = matmul_form(match.node);
  std::array<bool, 2> transposed{form.transpose_a, form.transpose_b};
  bool acts = false;
  for (std::size_t side = 0; side < 2; ++side) {
    if (match.producer(side).op != &op::transpose || !transposes_matrices(match.producer(side))) continue;
    operands[side] = match.graph.value(match.producer(side).operands[0]);
    transposed[side] = !transposed[side];
    acts = true;
  }
  return acts ? matmul(operands[0], operands[1], transposed[0], transposed[1]) : Value{};
}

// select(true, a, b) -> a, select(false, a, b) -> b, select(c, a, a) -> a
Value known_choice(const Match& match) {
  if (!match.is(op::select)) return {};
  if (match.node.operands[1] == match.node.operands[2]) return with_type_of(match, match.operand(1));
  if (match.is_splat(0, 1.0)) return with_type_of(match, match.operand(1));
  if (match.is_splat(0, 0.0)) return with_type_of(match, match.operand(2));
  return {};
}

using Rule = Value(const Match&);
constexpr std::array<Rule*, 16> rules{
    neutral_element, product_with_zero, dense_of_zero,          known_power,          double_negation,
    identity,        view_of_splat,     view_of_view,           slice_of_slice,       slice_of_concat,
    concat_of_one,   concat_of_pieces,  transpose_of_transpose, transpose_of_nothing, transpose_into_matmul,
    known_choice};

/// What the first rule that acts makes of a node; a null Value when none does.
Value apply_rules(Graph& graph, NodeId id, PartEnds& part_ends) {
  const Match match{graph, graph.node(id), part_ends};
  if (match.node.operands.empty() || match.node.results.size() != 1) return {};
  const Graph::Scope scope = graph.absolute_scope(match.node.scope);
  for (Rule* rule : rules)
    if (const Value better = rule(match)) return better;
  return {};
}

bool sweep(Graph& graph) {
  Rewriter rewriter(graph);
  PartEnds part_ends;
  std::vector<NodeId> replaced;
  for (const NodeId id : topological_order(graph)) {
    rewriter.refresh(id);
    if (const Value better = apply_rules(graph, id, part_ends); better && better.id() != graph.node(id).results[0]) {
      rewriter.replace(graph.node(id).results[0], better.id());
      replaced.push_back(id);
    }
  }
  const bool changed = rewriter.finish();
  for (const NodeId id : replaced) graph.erase(id);
  return changed;
}

bool run_simplify(Graph& graph, const PassContext&) {
  bool changed = false;
  for (int i = 0; i < max_sweeps && sweep(graph); ++i) changed = true;
  return changed;
}

}  // namespace

const Pass pass::simplify{"simplify", "replaces values by equal ones that cost less", run_simplify};

}  // namespace weft
