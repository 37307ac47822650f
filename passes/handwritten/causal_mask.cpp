#include "passes/handwritten/causal_mask.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "graph/leaf.h"
#include "ops/op_list.h"
#include "ops/splat.h"

namespace weft {
namespace {

const Node& producer(const Graph& graph, ValueId value) { return graph.node(graph.producer(value)); }

bool is_of_scores(const Shape& shape, std::int64_t queries, std::int64_t keys) {
  return shape.rank() >= 2 && shape[-2] == queries && shape[-1] == keys;
}

/// Whether what is 0 stays 0, and nothing else becomes 0.
bool keeps_truth(const Graph& graph, const Node& cast) {
  return graph.type(cast.results[0]).dtype != DType::i32 || !is_float(graph.type(cast.operands[0]).dtype);
}

/// Behind conversions, and views and repetitions of whole matrices.
MaskForm without_views(const Graph& graph, MaskForm mask, std::int64_t queries, std::int64_t keys) {
  for (;;) {
    const Node& node = producer(graph, mask.value);
    if (node.op != &op::reshape && node.op != &op::broadcast && node.op != &op::cast && node.op != &op::equal)
      return mask;
    if (node.op == &op::cast && !keeps_truth(graph, node)) return mask;
    // x == 0: where x is false.
    if (node.op == &op::equal && splat(graph, node.operands[1]) != 0.0) return mask;
    if (!is_of_scores(graph.type(node.operands[0]).shape, queries, keys)) return mask;
    mask = {node.operands[0], mask.negated != (node.op == &op::equal)};
  }
}

bool is_causal_constant(const Tensor& tensor, bool negated, std::int64_t queries, std::int64_t keys) {
  if (tensor.shape().volume() != queries * keys) return false;
  for (std::int64_t query = 0; query < queries; ++query)
    for (std::int64_t key = 0; key < keys; ++key)
      if (((tensor.number(query * keys + key) != 0.0) != negated) != (key <= query)) return false;
  return true;
}

/// a < b, or a <= b.
struct Comparison {
  ValueId a;
  ValueId b;
  bool or_equal = false;

  bool holds(double left, double right) const { return or_equal ? left <= right : left < right; }
};

/// less(a, b), or as less_equal makes it: select(less(a, b), true, equal(a, b)).
std::optional<Comparison> comparison_of(const Graph& graph, MaskForm mask) {
  const Node& node = producer(graph, mask.value);
  const bool is_either = node.op == &op::select && splat(graph, node.operands[1]) == 1.0;
  const Node& less = is_either ? producer(graph, node.operands[0]) : node;
  if (less.op != &op::less) return std::nullopt;
  if (is_either) {
    const Node& equal = producer(graph, node.operands[2]);
    if (equal.op != &op::equal || equal.operands != less.operands) return std::nullopt;
  }
  if (mask.negated) return Comparison{less.operands[1], less.operands[0], !is_either};
  return Comparison{less.operands[0], less.operands[1], is_either};
}

/// The numbers of a constant, whatever its shape; none when there are others than `count`.
std::optional<std::vector<double>> numbers_of(const Graph& graph, ValueId value, std::int64_t count) {
  const Node* node = &producer(graph, value);
  while (node->op == &op::reshape) node = &producer(graph, node->operands[0]);
  if (node->op != &leaf::constant || constant_value(*node).shape().volume() != count) return std::nullopt;
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(constant_value(*node).number(i));
  return numbers;
}

}  // namespace

bool is_causal(const Graph& graph, MaskForm mask, std::int64_t queries, std::int64_t keys) {
  if (!is_of_scores(graph.type(mask.value).shape, queries, keys)) return false;
  mask = without_views(graph, mask, queries, keys);
  const Node& node = producer(graph, mask.value);
  if (node.op == &leaf::constant) return is_causal_constant(constant_value(node), mask.negated, queries, keys);

  const std::optional<Comparison> comparison = comparison_of(graph, mask);
  if (!comparison) return false;
  const Shape& row = graph.type(comparison->a).shape;
  if (row.rank() == 0 || row[-1] != keys) return false;
  const Shape& column = graph.type(comparison->b).shape;
  if (column.rank() < 2 || column[-2] != queries) return false;
  const auto of_keys = numbers_of(graph, comparison->a, keys);
  const auto of_queries = numbers_of(graph, comparison->b, queries);
  if (!of_keys || !of_queries || !std::ranges::is_sorted(*of_keys)) return false;
  for (std::size_t query = 0; query < of_queries->size(); ++query) {
    const double number = (*of_queries)[query];
    const std::size_t last = std::min(query + 1, of_keys->size()) - 1;
    if (!comparison->holds((*of_keys)[last], number)) return false;
    if (last + 1 < of_keys->size() && comparison->holds((*of_keys)[last + 1], number)) return false;
  }
  return true;
}

}  // namespace weft
