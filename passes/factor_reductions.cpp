// Takes factors that are the same all along the reduced axes out of a sum: what remains is multiplied after it, when it is
// smaller. The gradient of batch normalisation sums dy gain and dy gain x over a batch, where that of the gain and of the
// bias sum dy and dy x: cse makes one of both.
//
//   before                                                after
//   %p = mul(%dy, %gain) : gain being f32[1,16,1,1]
//   %q = mul(%p, %x) : f32[32,16,24,24]                   %q = mul(%dy, %x) : f32[32,16,24,24]
//   %s = reduce_sum(%q) {axes = [0, 2, 3]} : f32[16]      %r = reduce_sum(%q) {axes = [0, 2, 3]} : f32[16]
//                                                         %s = mul(reshape(%r), %gain), reshaped to f32[16]
//
// For each sum of a product, the factors that do not change along its axes, and such factors of its factors when the sum
// alone uses the product, go behind it; but for single numbers, which bring nothing. A factor of the product that others
// use, too, is there in any case, and what it is made of would be kept beside it: it is taken apart only when what then
// remains of the product is computed already.

#include <algorithm>
#include <set>
#include <utility>

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

class ReductionFactoring {
 public:
  explicit ReductionFactoring(Graph& graph) : graph_(graph), uses_(use_counts(graph)) {
    for (const NodeId id : graph.nodes()) {
      const Node& node = graph.node(id);
      if (node.op != &op::mul) continue;
      products_.insert({node.operands[0], node.operands[1]});
      products_.insert({node.operands[1], node.operands[0]});
    }
  }

  bool run() {
    for (const NodeId id : topological_order(graph_))
      if (graph_.node(id).op == &op::reduce_sum) factor(id);
    return rewriter_.finish();
  }

 private:
  void factor(NodeId id) {
    const Node& node = graph_.node(id);
    const ReductionForm form = reduction_form(node);
    if (form.axes.empty()) return;  // it sums nothing, and reduce_sum() would take all axes
    const ValueId whole = node.operands[0];
    const ValueId sum = node.results[0];
    const Shape full = graph_.type(whole).shape;
    const auto parts_of = [&](ValueId value) { return without_even(value, full, form.axes); };
    const Parts parts = parts_of(whole);
    std::vector<ValueId> inner{parts.rest};
    std::vector<ValueId> outer = parts.even;
    const Node& product = graph_.node(graph_.producer(whole));
    if (outer.empty() && product.op == &op::mul && uses_[whole.index] == 1) {
      const auto [left, right] = taken_apart(parts_of(product.operands[0]), parts_of(product.operands[1]));
      inner = {left.rest, right.rest};
      outer = left.even;
      outer.insert(outer.end(), right.even.begin(), right.even.end());
    }
    if (outer.empty()) return;
    const Shape shape = graph_.type(sum).shape;
    const Graph::Scope scope = graph_.absolute_scope(node.scope);
    Value terms = current(inner.front());
    if (inner.size() > 1) terms = terms * current(inner.back());
    Value result = reshape(reduce_sum(terms, form.axes), kept_shape(full, form.axes));
    for (const ValueId factor : outer) result = result * current(factor);
    rewriter_.replace(sum, (result.shape() == shape ? result : reshape(result, shape)).id());
  }

  /// A value, what is left of it, which has its shape, and the factors that were taken out.
  struct Parts {
    ValueId whole;
    ValueId rest;
    std::vector<ValueId> even = {};
  };

  /// The parts of both factors of a product, each taken apart or left whole.
  std::pair<Parts, Parts> taken_apart(const Parts& left, const Parts& right) const {
    const Parts whole_left{left.whole, left.whole};
    const Parts whole_right{right.whole, right.whole};
    const std::pair<Parts, Parts> choices[] = {{left, right}, {left, whole_right}, {whole_left, right}};
    for (const auto& [a, b] : choices)
      if (!(a.even.empty() && b.even.empty()) && products_.contains({a.rest, b.rest})) return {a, b};
    const std::uint32_t own_uses = left.whole == right.whole ? 2 : 1;
    const auto is_shared = [&](const Parts& parts) { return uses_[parts.whole.index] > own_uses; };
    return {is_shared(left) ? whole_left : left, is_shared(right) ? whole_right : right};
  }

  /// A value that broadcasts to `full`, without the factors that do not change along those of its axes.
  Parts without_even(ValueId value, const Shape& full, const std::vector<std::int64_t>& axes) const {
    Parts parts{value, value};
    const Shape& shape = graph_.type(value).shape;
    for (bool found = true; found;) {
      const Node& node = graph_.node(graph_.producer(parts.rest));
      found = false;
      for (std::size_t i = 0; i < 2 && node.op == &op::mul && !found; ++i) {
        const ValueId other = node.operands[1 - i];
        if (graph_.type(other).shape != shape || !is_even_along(graph_.type(node.operands[i]).shape, full, axes))
          continue;
        parts.even.push_back(node.operands[i]);
        parts.rest = other;
        found = true;
      }
    }
    return parts;
  }

  Value current(ValueId value) const { return graph_.value(rewriter_.current(value)); }

  /// Whether a factor, broadcast to `full`, has one element for all along the axes, and is no single number.
  static bool is_even_along(const Shape& factor, const Shape& full, const std::vector<std::int64_t>& axes) {
    const auto missing = static_cast<std::int64_t>(full.rank() - factor.rank());
    return factor.volume() > 1 && std::ranges::all_of(axes, [&](std::int64_t axis) {
             return full[axis] == 1 || axis < missing || factor[axis - missing] == 1;
           });
  }

  static Shape kept_shape(Shape full, const std::vector<std::int64_t>& axes) {
    for (const std::int64_t axis : axes) full = full.with(static_cast<std::size_t>(axis), 1);
    return full;
  }

  Graph& graph_;
  std::vector<std::uint32_t> uses_;
  std::set<std::pair<ValueId, ValueId>> products_;  ///< factors of all products, in both orders
  Rewriter rewriter_{graph_};
};

bool run_factor_reductions(Graph& graph, const PassContext&) { return ReductionFactoring(graph).run(); }

}  // namespace

const Pass pass::factor_reductions{"factor-reductions", "takes factors that do not change along the axes out of sums",
                                   run_factor_reductions};

}  // namespace weft
