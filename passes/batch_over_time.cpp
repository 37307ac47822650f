// Finds the batching in an unrolled recurrent network: what the user declares one step after another runs as one large
// product.
//
// 1. Products with one weight. Nodes of one kind (dense, matmul, embedding) that share their weight and do not depend
//    on each other become one node over their stacked rows; each old result is a slice of the new one.
//
//      before                            after
//      %y0 = dense(%x0, %w, %b)          %x = concat(%x0, %x1) {axis = 0}
//      %y1 = dense(%x1, %w, %b)          %y = dense(%x, %w, %b)
//                                        %y0 = slice(%y) {rows of step 0} ...
//
//    Contraction says which of them are independent (a chain like the recurrent products stays), on the graph as the
//    groups before left it.
//
// 2. Sums over steps. Terms of a sum that reduce over rows (x_t^T dy_t, column sums of dy_t, scattered gradients of
//    embeddings and gathers) become one such node over the stacked rows.
//
//      before                                   after
//      %p0 = matmul(%x0, %d0) {transpose_a}     %x = concat(%x0, %x1)   %d = concat(%d0, %d1)
//      %p1 = matmul(%x1, %d1) {transpose_a}     %s = matmul(%x, %d) {transpose_a}
//      %s  = add(%p0, %p1)

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_map>

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/autodiff/contraction.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// Rows first: [d0, ..., dk, units] becomes [d0 * ... * dk, units]; ids of any shape become a vector.
Value rows_of(Value value, std::size_t row_axes) {
  const Shape& shape = value.shape();
  const std::int64_t rows = shape.volume_between(0, row_axes);
  const std::int64_t rest[] = {rows, shape.volume_between(row_axes, shape.rank())};
  const std::size_t rank = row_axes == shape.rank() ? 1 : 2;
  return reshape(value, Shape(std::span(rest, rank)));
}

Value stack_rows(const std::vector<Value>& parts) { return parts.size() == 1 ? parts.front() : concat(parts, 0); }

/// In which order values are stacked.
class StackingOrder {
 public:
  using Place = std::pair<std::uint32_t, std::int64_t>;

  /// The value is a part of that stack.
  void add(ValueId value, ValueId stack, std::int64_t part) { parts_.try_emplace(value, stack.index, part); }

  /// The stack that the value is a part of; 0 for none.
  std::uint32_t stack_of(ValueId value) const {
    const auto at = parts_.find(value);
    return at == parts_.end() ? 0 : at->second.first;
  }

  /// Where the value is stacked already, so that two products read one stack; else where it lies in what it is a view
  /// of, so that stacking is a view again; else its own number.
  Place place(const Piece& piece, ValueId value) const {
    if (piece.source != value) return {piece.source.index, piece.offset};
    const auto at = parts_.find(value);
    return at != parts_.end() ? at->second : Place{Id<int>::none, std::int64_t{value.index}};
  }

 private:
  std::unordered_map<ValueId, Place> parts_;
};

// ---- 1. Products with one weight

/// The operand that runs over rows; none when the node is no such product.
std::optional<std::size_t> rows_operand(const Graph& graph, const Node& node) {
  if (node.op == &op::dense) return 0;
  if (node.op == &op::embedding) return 1;
  if (is_matrix_product(graph, node) && !matmul_form(node).transpose_a) return 0;
  return std::nullopt;
}

/// Members share op, attributes and all operands but the rows.
struct ProductKey {
  const Op* op;
  std::vector<ValueId> shared;
  friend bool operator<(const ProductKey& a, const ProductKey& b) {
    return std::tie(a.op->name, a.shared) < std::tie(b.op->name, b.shared);
  }
};

class ProductBatching {
 public:
  /// `transposed`: those whose right operand is transposed, as gradients of inputs are; otherwise the others.
  ProductBatching(Graph& graph, const StackingOrder& order, bool transposed)
      : graph_(graph), order_(order), transposed_(transposed) {}

  bool run() {
    // All sets are found before the first node is made: the contraction needs the graph as it is.
    std::vector<std::vector<NodeId>> sets;
    Contraction contraction(graph_);
    for (const auto& [key, members] : groups())
      std::ranges::move(contraction.contract_independent(members), std::back_inserter(sets));
    for (const std::vector<NodeId>& set : sets) batch(set);
    return rewriter_.finish();
  }

 private:
  std::map<ProductKey, std::vector<NodeId>> groups() const {
    std::map<ProductKey, std::vector<NodeId>> groups;
    for (const NodeId id : topological_order(graph_)) {
      const Node& node = graph_.node(id);
      const std::optional<std::size_t> rows = rows_operand(graph_, node);
      if (!rows) continue;
      const bool transposed = node.op == &op::matmul && matmul_form(node).transpose_b;
      if (transposed != transposed_) continue;
      ProductKey key{node.op, {}};
      for (std::size_t i = 0; i < node.operands.size(); ++i)
        if (i != rows) key.shared.push_back(node.operands[i]);
      groups[key].push_back(id);
    }
    return groups;
  }

  void batch(std::vector<NodeId> members) {
    const std::size_t rows = rows_operand(graph_, graph_.node(members.front())).value();
    for (const NodeId member : members) rewriter_.refresh(member);
    std::ranges::stable_sort(members, {}, [&](NodeId id) {
      const ValueId operand = graph_.node(id).operands[rows];
      return order_.place(rewriter_.piece_of(operand), operand);
    });
    const Node& first = graph_.node(members.front());
    const Graph::Scope scope = graph_.absolute_scope(first.scope);

    std::vector<Value> parts;
    for (const NodeId member : members) {
      const Value part = graph_.value(graph_.node(member).operands[rows]);
      parts.push_back(rows_of(part, first.op == &op::embedding ? part.shape().rank() : part.shape().rank() - 1));
    }
    std::vector<Value> operands;
    for (const ValueId operand : first.operands) operands.push_back(graph_.value(operand));
    operands[rows] = stack_rows(parts);
    const Value batched =
        graph_.add(*first.op, operands, first.attributes, "batched_" + std::string(first.op->name))[0];

    std::int64_t row = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const ValueId old_result = graph_.node(members[i]).results[0];
      const std::int64_t count = parts[i].shape()[0];
      const Value result = reshape(slice(batched, 0, row, row + count), graph_.type(old_result).shape);
      rewriter_.replace(old_result, result.id());
      row += count;
    }
    for (const NodeId member : members) graph_.erase(member);
  }

  Graph& graph_;
  const StackingOrder& order_;
  bool transposed_;
  Rewriter rewriter_{graph_};
};

// ---- 2. Sums over steps

/// A term that reduces over rows: its operands, rows first, and how to apply the op to stacked rows.
enum class Reduction { product, column_sum, scatter, scatter_add };

struct Term {
  Reduction kind;
  std::int64_t vocabulary = 0;  // of a scatter
  bool keep_dims = false;       // of a column sum
  // Of a column sum, the stack that its rows are in, so that no other is made; of a scatter, what its rows are cut
  // from, which another pass may scatter while it is computed (fuse-embedding): the rows of each direction of an
  // encoder are their own. 0: none.
  std::uint32_t stack = 0;
  std::int64_t axis = 0;  // of a scatter_add, as its batch axes
  std::int64_t batch_axes = 0;
  friend auto operator<=>(const Term&, const Term&) = default;
};

class SumBatching {
 public:
  /// `products`: sums of products, whose stacks are added to the order; otherwise the other sums.
  SumBatching(Graph& graph, StackingOrder& order, bool products)
      : graph_(graph), order_(order), products_(products), uses_(use_counts(graph)) {}

  bool run() {
    for (const SumTree& tree : sum_trees(graph_)) {
      Groups groups;
      std::vector<ValueId> terms;  // of the new sum
      for (const ValueId value : tree.terms)
        if (const std::optional<Term> term = reduction(value))
          groups[*term].push_back(graph_.producer(value));
        else
          terms.push_back(value);
      join_single_scatters(groups);
      if (std::ranges::none_of(groups, [](const auto& group) { return group.second.size() > 1; })) continue;
      for (const auto& [term, members] : groups)
        terms.push_back(members.size() > 1 ? batch(term, members) : graph_.node(members.front()).results[0]);
      rewriter_.replace(tree.root, sum_of(graph_, terms).id());
    }
    return rewriter_.finish();
  }

 private:
  using Groups = std::map<Term, std::vector<NodeId>>;

  /// Scatters whose rows are all that is cut from a value have nothing to keep together.
  static void join_single_scatters(Groups& groups) {
    std::vector<std::pair<Term, NodeId>> single;
    for (const auto& [term, members] : groups)
      if (term.kind == Reduction::scatter && term.stack != 0 && members.size() == 1)
        single.emplace_back(term, members.front());
    for (const auto& [term, member] : single) {
      groups.erase(term);
      groups[{term.kind, term.vocabulary}].push_back(member);
    }
  }

  std::optional<Term> reduction(ValueId value) const {
    const Node& node = graph_.node(graph_.producer(value));
    if (value.index >= uses_.size() || uses_[value.index] != 1) return std::nullopt;
    if ((node.op == &op::matmul) != products_) return std::nullopt;
    if (is_matrix_product(graph_, node) && matmul_form(node) == MatmulForm{.transpose_a = true})
      return Term{Reduction::product};
    if (node.op == &op::embedding_gradient)
      return Term{Reduction::scatter, node.attributes.get<std::int64_t>("vocabulary"), false,
                  cut_from(node.operands[0])};
    if (node.op == &op::scatter_add) {
      const GatherForm form = gather_form(node);
      return Term{.kind = Reduction::scatter_add, .axis = form.axis, .batch_axes = form.batch_axes};
    }
    if (node.op == &op::reduce_sum && graph_.type(node.operands[0]).shape.rank() == 2 &&
        reduction_form(node).axes == std::vector<std::int64_t>{0})
      return Term{Reduction::column_sum, 0, reduction_form(node).keep_dims, order_.stack_of(node.operands[0])};
    return std::nullopt;
  }

  /// A number of what the rows are a part of; 0 when they are a value of their own.
  std::uint32_t cut_from(ValueId rows) const {
    const Piece piece = piece_of(graph_, rows);
    return piece.source == rows ? 0 : piece.source.index + 1;
  }

  /// The updates of all members, whose axes of indices become one, along it; and their indices likewise.
  ValueId batch_scatters(const Term& term, const std::vector<NodeId>& members) {
    const auto axis = static_cast<std::size_t>(term.axis);
    const auto batch_axes = static_cast<std::size_t>(term.batch_axes);
    std::vector<Value> updates;
    std::vector<Value> indices;
    for (const NodeId member : members) {
      const Value part = graph_.value(graph_.node(member).operands[0]);
      const Value ids = graph_.value(graph_.node(member).operands[1]);
      const std::size_t rank = ids.shape().rank();
      updates.push_back(reshape(part, with_one_axis(part.shape(), axis, axis + rank - batch_axes)));
      indices.push_back(reshape(ids, with_one_axis(ids.shape(), batch_axes, rank)));
    }
    const std::int64_t extent = graph_.type(graph_.node(members.front()).results[0]).shape[term.axis];
    const Value stacked = concat(updates, term.axis);
    return scatter_add(stacked, concat(indices, term.batch_axes), term.axis, extent, term.batch_axes).id();
  }

  /// The shape with one axis in the place of those from `begin` to `end`.
  static Shape with_one_axis(const Shape& shape, std::size_t begin, std::size_t end) {
    std::vector<std::int64_t> extents(shape.begin(), shape.end());
    const std::int64_t volume = shape.volume_between(begin, end);
    const auto at = extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(begin),
                                  extents.begin() + static_cast<std::ptrdiff_t>(end));
    extents.insert(at, volume);
    return Shape(extents);
  }

  ValueId batch(const Term& term, std::vector<NodeId> members) {
    std::ranges::stable_sort(members, {}, [&](NodeId id) {
      const ValueId operand = graph_.node(id).operands[0];
      return order_.place(piece_of(graph_, operand), operand);
    });
    const Graph::Scope scope = graph_.absolute_scope(graph_.node(members.front()).scope);
    const auto stacked = [&](std::size_t operand, bool vector) {
      std::vector<Value> parts;
      for (const NodeId member : members) {
        const Value part = graph_.value(graph_.node(member).operands[operand]);
        parts.push_back(rows_of(part, vector ? part.shape().rank() : part.shape().rank() - 1));
      }
      return stack_rows(parts);
    };
    if (term.kind == Reduction::scatter_add) return batch_scatters(term, members);
    // In statements of their own: the order in which arguments are evaluated, and thus nodes are made, is the
    // compiler's choice.
    const Value first = stacked(0, false);
    switch (term.kind) {
      case Reduction::product: {
        const Value second = stacked(1, false);
        for (std::size_t i = 0; i < members.size(); ++i)
          order_.add(graph_.node(members[i]).operands[1], second.id(), static_cast<std::int64_t>(i));
        return matmul(first, second, true, false).id();
      }
      case Reduction::column_sum:
        return reduce_sum(first, {0}, term.keep_dims).id();
      case Reduction::scatter: {
        const Value ids = stacked(1, true);
        return embedding_gradient(first, ids, term.vocabulary).id();
      }
      case Reduction::scatter_add:
        break;  // above
    }
    throw InternalError("a term without a kind");
  }

  Graph& graph_;
  StackingOrder& order_;
  bool products_;
  std::vector<std::uint32_t> uses_;
  Rewriter rewriter_{graph_};
};

// The rows of a weight's gradient x^T dy are stacked as x is, which forward batching has stacked. What else reads dy, a
// bias's gradient and the input's, comes after it and follows that order, so that all three read one stack.
bool run_batch_over_time(Graph& graph, const PassContext&) {
  StackingOrder order;
  const bool forward = ProductBatching(graph, order, false).run();
  const bool weight_gradients = SumBatching(graph, order, true).run();
  const bool input_gradients = ProductBatching(graph, order, true).run();
  const bool other_sums = SumBatching(graph, order, false).run();
  return forward || weight_gradients || input_gradients || other_sums;
}

}  // namespace

const Pass pass::batch_over_time{"batch-over-time", "turns the products of all time steps into one",
                                 run_batch_over_time};

}  // namespace weft
