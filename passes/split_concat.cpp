// Takes a layer over concatenated columns apart where one part of them is known for all time steps, though the whole is
// not: in the decoder, whose cell reads the last context and the next token, the tokens' part leaves the loop, so that
// batch-over-time makes one product of it.
//
//   before                                             after
//   %x = concat(%context, %token) {axis = 1}           %wc = slice(%w) {rows of the context}
//   %y = dense(%x, %w, %b)                             %wt = slice(%w) {rows of the token}
//                                                      %y  = add(dense(%token, %wt, %b), matmul(%context, %wc))
//   gradients
//   %dx = matmul(%dy, %w) {transpose_b}                %dcontext = matmul(%dy, %wc) {transpose_b}
//   %dcontext = slice(%dx)   %dtoken = slice(%dx)      %dtoken = matmul(%dy, %wt) {transpose_b}
//   %dw = add(matmul(%x0, %dy0) {transpose_a},         %dw = concat(add(matmul(%context0, %dy0) {transpose_a}, ...),
//             matmul(%x1, %dy1) {transpose_a})                      add(matmul(%token0, %dy0) {transpose_a}, ...))
//
// Layers that share kernel and bias and read concats cut alike are a group. A part is free when it can be computed for
// all members before any of them. A group of two or more with parts that are free and parts that are not is taken
// apart. Rows of a matrix are a view of it, so the cut kernel costs nothing.

#include <algorithm>
#include <map>

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// Finding out which parts are free takes a walk over the graph for each group.
constexpr std::size_t most_groups = 64;

/// What the members of a group share.
struct LayerKey {
  ValueId kernel;
  ValueId bias;
  std::vector<std::int64_t> extents;  ///< columns of each part
  friend auto operator<=>(const LayerKey&, const LayerKey&) = default;
};

class ConcatSplitting {
 public:
  explicit ConcatSplitting(Graph& graph) : graph_(graph), users_(find_users()) {}

  bool run() {
    const auto groups = find_groups();
    std::size_t looked_at = 0;
    for (const auto& [key, members] : groups) {
      if (members.size() < 2) continue;
      if (++looked_at > most_groups) break;
      const std::vector<bool> free = free_parts(key, members);
      if (std::ranges::find(free, true) != free.end() && std::ranges::find(free, false) != free.end())
        split(key, members, free);
    }
    if (!splits_.empty()) split_kernel_gradients();
    return rewriter_.finish();
  }

 private:
  const Node& producer(ValueId value) const { return graph_.node(graph_.producer(value)); }

  std::vector<std::vector<NodeId>> find_users() const {
    std::vector<std::vector<NodeId>> users(graph_.node_bound());
    for (const NodeId id : graph_.nodes())
      for (const ValueId operand : graph_.node(id).operands) users[graph_.producer(operand).index].push_back(id);
    return users;
  }

  std::map<LayerKey, std::vector<NodeId>> find_groups() const {
    std::map<LayerKey, std::vector<NodeId>> groups;
    for (const NodeId id : topological_order(graph_)) {
      const Node& layer = graph_.node(id);
      if (layer.op != &op::dense) continue;
      const Node& whole = producer(layer.operands[0]);
      if (whole.op != &op::concat || whole.operands.size() < 2) continue;
      if (graph_.type(layer.operands[0]).shape.rank() != 2 || axis_of(whole) != 1) continue;
      LayerKey key{layer.operands[1], layer.operands[2], {}};
      for (const ValueId part : whole.operands) key.extents.push_back(graph_.type(part).shape[1]);
      groups[key].push_back(id);
    }
    return groups;
  }

  std::vector<bool> free_parts(const LayerKey& key, const std::vector<NodeId>& members) const {
    std::vector<bool> reached(graph_.node_bound(), false);  // from a member
    std::vector<NodeId> pending(members);
    while (!pending.empty()) {
      const NodeId id = pending.back();
      pending.pop_back();
      for (const NodeId user : users_[id.index])
        if (!reached[user.index]) {
          reached[user.index] = true;
          pending.push_back(user);
        }
    }
    std::vector<bool> free(key.extents.size(), true);
    for (const NodeId member : members) {
      const std::vector<ValueId>& parts = producer(graph_.node(member).operands[0]).operands;
      for (std::size_t i = 0; i < parts.size(); ++i)
        if (reached[graph_.producer(parts[i]).index]) free[i] = false;
    }
    return free;
  }

  void split(const LayerKey& key, const std::vector<NodeId>& members, const std::vector<bool>& free) {
    std::vector<Value> kernels;
    std::vector<std::int64_t> ends;
    {
      const Graph::Scope scope = graph_.absolute_scope(producer(key.kernel).scope);
      for (const std::int64_t extent : key.extents) {
        const std::int64_t begin = ends.empty() ? 0 : ends.back();
        ends.push_back(begin + extent);
        kernels.push_back(slice(graph_.value(key.kernel), 0, begin, begin + extent));
      }
    }
    for (const NodeId member : members) {
      split_layer(member, kernels, free);
      splits_.emplace(graph_.node(member).operands[0], key.extents);
    }
    for (const NodeId user : std::vector<NodeId>(users_[graph_.producer(key.kernel).index]))
      split_input_gradient(user, key, kernels, ends);
  }

  /// The free parts first: their sum, with the bias, is there before the others are.
  void split_layer(NodeId member, const std::vector<Value>& kernels, const std::vector<bool>& free) {
    const Node& layer = graph_.node(member);
    const std::vector<ValueId> parts = producer(layer.operands[0]).operands;
    const ValueId y = layer.results[0];
    const Value bias = graph_.value(layer.operands[2]);
    const Graph::Scope scope = graph_.absolute_scope(layer.scope);
    Value sum;
    for (const bool now : {true, false})
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (free[i] != now) continue;
        const Value part = graph_.value(parts[i]);
        sum = sum ? add(sum, matmul(part, kernels[i])) : dense(part, kernels[i], bias);
      }
    rewriter_.replace(y, sum.id());
  }

  /// dx = matmul(dy, w) {transpose_b}, of which everybody reads the columns of one part.
  void split_input_gradient(NodeId id, const LayerKey& key, const std::vector<Value>& kernels,
                            const std::vector<std::int64_t>& ends) {
    const Node& product = graph_.node(id);
    if (!is_matrix_product(graph_, product) || product.operands[1] != key.kernel || product.operands[0] == key.kernel)
      return;
    if (matmul_form(product) != MatmulForm{.transpose_b = true}) return;
    const ValueId dy = product.operands[0];
    std::vector<std::pair<ValueId, std::size_t>> cuts;  // what is cut out, and which part it is
    for (const NodeId user : users_[id.index]) {
      const Node& cut = graph_.node(user);
      if (cut.op != &op::slice) return;
      const SliceForm columns = slice_form(cut);
      if (columns.axis != 1 || columns.step != 1) return;
      const auto part = static_cast<std::size_t>(std::ranges::find(ends, columns.end) - ends.begin());
      if (part == ends.size() || columns.begin != ends[part] - key.extents[part]) return;
      cuts.emplace_back(cut.results[0], part);
    }
    if (is_output(product.results[0])) return;
    const Graph::Scope scope = graph_.absolute_scope(product.scope);
    for (const auto& [cut, part] : cuts)
      rewriter_.replace(cut, matmul(graph_.value(dy), kernels[part], false, true).id());
  }

  bool is_output(ValueId value) const {
    return std::ranges::any_of(graph_.outputs(), [&](const Output& output) { return output.value == value; }) ||
           std::ranges::any_of(graph_.updates(), [&](const Update& update) { return update.value == value; });
  }

  /// The extents of the parts that a term x^T dy of a kernel's gradient is to be cut into; nullptr for other terms.
  const std::vector<std::int64_t>* cut_of(ValueId term) const {
    const Node& product = producer(term);
    if (!is_matrix_product(graph_, product) || matmul_form(product) != MatmulForm{.transpose_a = true}) return nullptr;
    const auto at = splits_.find(product.operands[0]);
    return at == splits_.end() ? nullptr : &at->second;
  }

  /// dw = sum of x^T dy over the members.
  void split_kernel_gradients() {
    for (const SumTree& tree : sum_trees(graph_)) {
      const std::vector<std::int64_t>* extents = cut_of(tree.terms.front());
      const auto cut_alike = [&](ValueId term) {
        const std::vector<std::int64_t>* other = cut_of(term);
        return extents != nullptr && other != nullptr && *other == *extents;
      };
      if (!std::ranges::all_of(tree.terms, cut_alike)) continue;
      const Graph::Scope scope = graph_.absolute_scope(producer(tree.root).scope);
      std::vector<Value> parts;
      for (std::size_t part = 0; part < extents->size(); ++part) {
        std::vector<ValueId> terms;
        for (const ValueId term : tree.terms) {
          const std::vector<ValueId> operands = producer(term).operands;
          const Value x = graph_.value(producer(operands[0]).operands[part]);
          terms.push_back(matmul(x, graph_.value(operands[1]), true, false).id());
        }
        parts.push_back(sum_of(graph_, terms));
      }
      rewriter_.replace(tree.root, concat(parts, 0).id());
    }
  }

  Graph& graph_;
  std::vector<std::vector<NodeId>> users_;               // by node
  std::map<ValueId, std::vector<std::int64_t>> splits_;  // concats that layers do not read any more
  Rewriter rewriter_{graph_};
};

bool run_split_concat(Graph& graph, const PassContext&) { return ConcatSplitting(graph).run(); }

}  // namespace

const Pass pass::split_concat{"split-concat", "takes layers apart that read columns known for all time steps",
                              run_split_concat};

}  // namespace weft
