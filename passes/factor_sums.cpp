// Takes a factor that all products of a sum share out of the sum: fewer products, and what remains to be summed is
// smaller. In the unrolled decoder it brings the gradient of the attention keys, which every step uses, out of the
// loop.
//
//   before                                            after
//   %p0 = matmul(%values, %d0) {transpose_a}          %d = add(%d0, %d1)
//   %p1 = matmul(%values, %d1) {transpose_a}          %s = matmul(%values, %d) {transpose_a}
//   %s  = add(%p0, %p1)
//
// For each tree of adds: group its terms that are products (or reshapes of products) of the same form with the same
// left operand, or else with the same right one; a group of two or more becomes one product. Terms must be used by the
// sum alone, or nothing is saved.

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// Products that can be merged: the same operand on the same side, the same transposes, and others of one shape.
struct GroupKey {
  std::size_t shared_side;
  ValueId shared;
  MatmulForm form;
  std::vector<std::int64_t> other;
  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

class SumFactoring {
 public:
  SumFactoring(Graph& graph) : graph_(graph), uses_(use_counts(graph)) {}

  bool run() {
    for (const SumTree& tree : sum_trees(graph_)) {
      std::vector<ValueId> terms = tree.terms;
      const bool left = factor(terms, 0);
      const bool right = factor(terms, 1);
      if (!left && !right) continue;
      const Graph::Scope scope = graph_.absolute_scope(graph_.node(graph_.producer(tree.root)).scope);
      rewriter_.replace(tree.root, sum_of(graph_, terms).id());
    }
    return rewriter_.finish();
  }

 private:
  bool used_once(ValueId value) const { return value.index < uses_.size() && uses_[value.index] == 1; }

  /// The product that a term is, or is a reshape of; nullptr when it is none, or somebody else uses it.
  const Node* product_of(ValueId term) const {
    const Node* node = &graph_.node(graph_.producer(term));
    if (!used_once(term)) return nullptr;
    if (node->op == &op::reshape && used_once(node->operands[0]))
      node = &graph_.node(graph_.producer(node->operands[0]));
    return node->op == &op::matmul ? node : nullptr;
  }

  /// Merges the terms that share the operand on that side. Returns whether any were.
  bool factor(std::vector<ValueId>& terms, std::size_t side) {
    std::map<GroupKey, std::vector<ValueId>> groups;
    for (const ValueId term : terms) {
      const Node* product = product_of(term);
      if (product == nullptr) continue;
      const Shape& other = graph_.type(product->operands[1 - side]).shape;
      groups[{side, product->operands[side], matmul_form(*product), {other.begin(), other.end()}}].push_back(term);
    }
    std::unordered_map<ValueId, ValueId> merged;  // a group's first term to its product, the others to null
    for (const auto& [key, members] : groups) {
      if (members.size() < 2) continue;
      for (const ValueId member : members) merged[member] = ValueId{};
      merged[members.front()] = merge(key, members);
    }
    for (ValueId& term : terms)
      if (const auto at = merged.find(term); at != merged.end()) term = at->second;
    std::erase(terms, ValueId{});
    return !merged.empty();
  }

  ValueId merge(const GroupKey& key, const std::vector<ValueId>& members) {
    const Graph::Scope scope = graph_.absolute_scope(product_of(members.front())->scope);
    std::vector<ValueId> others;
    for (const ValueId member : members) others.push_back(product_of(member)->operands[1 - key.shared_side]);
    const Value sum = sum_of(graph_, others);
    const Value shared = graph_.value(key.shared);
    const Value product = key.shared_side == 0 ? matmul(shared, sum, key.form.transpose_a, key.form.transpose_b)
                                               : matmul(sum, shared, key.form.transpose_a, key.form.transpose_b);
    const TensorType& type = graph_.type(members.front());
    return (product.type() == type ? product : reshape(product, type.shape)).id();
  }

  Graph& graph_;
  std::vector<std::uint32_t> uses_;
  Rewriter rewriter_{graph_};
};

bool run_factor_sums(Graph& graph, const PassContext&) { return SumFactoring(graph).run(); }

}  // namespace

const Pass pass::factor_sums{"factor-sums", "takes a factor that all products of a sum share out of the sum",
                             run_factor_sums};

}  // namespace weft
