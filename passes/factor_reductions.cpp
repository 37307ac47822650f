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
// alone uses the product, go behind it; but for single numbers, which bring nothing.

#include <algorithm>

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
  explicit ReductionFactoring(Graph& graph) : graph_(graph), uses_(use_counts(graph)) {}

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
    std::vector<ValueId> outer;
    const auto without_even = [&](ValueId value) { return this->without_even(value, full, form.axes, outer); };
    std::vector<ValueId> inner{without_even(whole)};
    const Node& product = graph_.node(graph_.producer(whole));
    if (outer.empty() && product.op == &op::mul && uses_[whole.index] == 1)
      inner = {without_even(product.operands[0]), without_even(product.operands[1])};
    if (outer.empty()) return;
    const Shape shape = graph_.type(sum).shape;
    const Graph::Scope scope = graph_.absolute_scope(node.scope);
    Value terms = current(inner.front());
    if (inner.size() > 1) terms = terms * current(inner.back());
    Value result = reshape(reduce_sum(terms, form.axes), kept_shape(full, form.axes));
    for (const ValueId factor : outer) result = result * current(factor);
    rewriter_.replace(sum, (result.shape() == shape ? result : reshape(result, shape)).id());
  }

  /// A value that broadcasts to `full`, without the factors that do not change along those of its axes: they go to
  /// `outer`. It keeps its shape.
  ValueId without_even(ValueId value, const Shape& full, const std::vector<std::int64_t>& axes,
                       std::vector<ValueId>& outer) const {
    const Shape& shape = graph_.type(value).shape;
    for (bool found = true; found;) {
      const Node& node = graph_.node(graph_.producer(value));
      found = false;
      for (std::size_t i = 0; i < 2 && node.op == &op::mul && !found; ++i) {
        const ValueId other = node.operands[1 - i];
        if (graph_.type(other).shape != shape || !is_even_along(graph_.type(node.operands[i]).shape, full, axes))
          continue;
        outer.push_back(node.operands[i]);
        value = other;
        found = true;
      }
    }
    return value;
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
  Rewriter rewriter_{graph_};
};

bool run_factor_reductions(Graph& graph, const PassContext&) { return ReductionFactoring(graph).run(); }

}  // namespace

const Pass pass::factor_reductions{"factor-reductions", "takes factors that do not change along the axes out of sums",
                                   run_factor_reductions};

}  // namespace weft
