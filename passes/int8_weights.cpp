// Rounds the weights of products to 8-bit integers with a step a column: every dense whose kernel is a parameter, and every
// matmul of a matrix by a parameter, becomes an int8_dense.
//
//   before                                  after
//   %y = dense(%x, %kernel, %bias)          %y = int8_dense(%x, %kernel, %bias)
//   %z = matmul(%x, %kernel)                %z = int8_dense(%x, %kernel)
//
// The parameter itself stays as it is, and the op says what its kernel is rounded to. So the rounded copy is no value of
// the graph but, like a packed one, a matter of the kernel that reads it: made from the variable when first run, made
// again when the variable has changed, shared by all graphs that are compiled with the same variables. Rounding while
// compiling instead would put a copy into each compiled shape, and bind the graph to the weights of that moment.
//
// Left as they are:
// - a parameter that the graph updates: training needs the small differences that rounding takes away
// - a parameter that enters transposed, and the left operand of a product: the columns' steps would run along the sum
// - batches of products, and products in f64: the reference for what the others come close to
// - sums of so many products that 32 bits do not hold them
// - embeddings: a lookup reads few rows of its table, and narrow rows would save next to nothing

#include <unordered_set>

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/matrix/int8.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

class WeightLowering {
 public:
  explicit WeightLowering(Graph& graph) : graph_(graph) {
    for (const Update& update : graph.updates()) updated_.insert(update.variable);
  }

  bool run() {
    Rewriter rewriter(graph_);
    for (const NodeId id : topological_order(graph_)) {
      const Node& node = graph_.node(id);
      if (!is_product(node) || !can_lower(node.operands[1])) continue;
      const Graph::Scope scope = graph_.absolute_scope(node.scope);
      const Value bias = node.op == &op::dense ? graph_.value(node.operands[2]) : Value();
      const Value lowered[] = {int8_dense(graph_.value(node.operands[0]), graph_.value(node.operands[1]), bias)};
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
    return graph_.node(graph_.producer(kernel)).op == &leaf::parameter && type.dtype == DType::f32 &&
           type.shape[0] <= max_int8_terms && !updated_.contains(kernel);
  }

  Graph& graph_;
  std::unordered_set<ValueId> updated_;
};

bool run_int8_weights(Graph& graph, const PassContext&) { return WeightLowering(graph).run(); }

}  // namespace

const Pass pass::int8_weights{"int8-weights", "rounds the weights of products to 8-bit integers; on demand",
                              run_int8_weights, 0.05};

}  // namespace weft
