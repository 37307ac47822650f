// Rounds the weights of products to few bits: every dense whose kernel is a parameter, and every matmul of a matrix by
// a parameter, becomes a low_precision_dense.
//
//   before                                  after
//   %y = dense(%x, %kernel, %bias)          %y = low_precision_dense(%x, %kernel, %bias) {weights = "int8"}
//   %z = matmul(%x, %kernel)                %z = low_precision_dense(%x, %kernel) {weights = "int8"}
//
// The parameter itself stays as it is, and the op says what its kernel is rounded to. So the narrow copy is no value of
// the graph but, like a packed one, a matter of the kernel that reads it: made from the variable when first run, made
// again when the variable has changed, shared by all graphs that are compiled with the same variables. Rounding while
// compiling instead would put a copy into each compiled shape, and bind the graph to the weights of that moment.
//
// Left as they are:
// - a parameter that the graph updates: training needs the small differences that rounding takes away
// - a parameter that enters transposed, and the left operand of a product: the columns' steps would run along the sum
// - batches of products, and products in f64: the reference for what the others come close to
// - for int8, sums of so many products that 32 bits do not hold them
// - embeddings: a lookup reads few rows of its table, and narrow rows would save next to nothing

#include "passes/low_precision_weights.h"

#include <unordered_set>

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/matrix/weight_precision.h"
#include "ops/op_list.h"
#include "passes/pattern.h"

namespace weft {
namespace {

class WeightLowering {
 public:
  WeightLowering(Graph& graph, WeightPrecision weights) : graph_(graph), weights_(weights) {
    for (const Update& update : graph.updates()) updated_.insert(update.variable);
  }

  bool run() {
    Rewriter rewriter(graph_);
    for (const NodeId id : topological_order(graph_)) {
      const Node& node = graph_.node(id);
      if (!is_product(node) || !can_lower(node.operands[1])) continue;
      const Graph::Scope scope = graph_.absolute_scope(node.scope);
      const Value bias = node.op == &op::dense ? graph_.value(node.operands[2]) : Value();
      const Value lowered[] = {
          low_precision_dense(graph_.value(node.operands[0]), graph_.value(node.operands[1]), bias, weights_)};
      rewriter.replace(id, lowered);
    }
    return rewriter.finish();
  }

 private:
  /// A dense, or a matmul that is one without a bias.
  bool is_product(const Node& node) const {
    if (node.op == &op::dense) return true;
    return is_matrix_product(graph_, node) && matmul_form(node) == MatmulForm{};
  }

  bool can_lower(ValueId kernel) const {
    const TensorType& type = graph_.type(kernel);
    const bool fits = weights_ == WeightPrecision::bf16 || type.shape[0] <= max_int8_terms;
    return graph_.node(graph_.producer(kernel)).op == &leaf::parameter && type.dtype == DType::f32 && fits &&
           !updated_.contains(kernel);
  }

  Graph& graph_;
  WeightPrecision weights_;
  std::unordered_set<ValueId> updated_;
};

}  // namespace

bool lower_precision_of_weights(Graph& graph, WeightPrecision weights) { return WeightLowering(graph, weights).run(); }

}  // namespace weft
