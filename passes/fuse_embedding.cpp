// Lets a layer over embedded tokens project each distinct token once, however often it occurs in a batch, forward and
// backward: two thirds of the tokens of a batch are repetitions.
//
//   before                                                  after
//   %x = embedding(%table, %ids)                            %y = embedding_dense(%table, %ids, %w, %b)
//   %y = dense(%x, %w, %b)
//
//   %dx = matmul(%dy, %w) {transpose_b}                     %dt, %dw = embedding_dense_gradient(%table, %ids, %w, %dy)
//   %dt = embedding_gradient(%dx, %ids)
//   %dw = matmul(%x, %dy) {transpose_a}
//
// Forward: every dense over the result of an embedding of two or more ids. Backward: every embedding_gradient of such a
// product that nobody else reads, with the product that gives the gradient of the kernel beside it, when table and
// kernel are variables. Acts where the backend runs the two ops whole; it stands behind the passes that bring the rows
// of all time steps together.

#include <map>
#include <optional>

#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

class EmbeddingFusion {
 public:
  explicit EmbeddingFusion(Graph& graph) : graph_(graph), uses_(use_counts(graph)) {}

  bool run() {
    const std::vector<NodeId> order = topological_order(graph_);
    for (const NodeId id : order) find_kernel_gradient(id);
    for (const NodeId id : order) {
      fuse_forward(id);
      fuse_backward(id);
    }
    return rewriter_.finish();
  }

 private:
  const Node& producer(ValueId value) const { return graph_.node(graph_.producer(value)); }

  bool is_product(const Node& node, bool transpose_a, bool transpose_b) const {
    return is_matrix_product(graph_, node) && matmul_form(node) == MatmulForm{transpose_a, transpose_b};
  }

  /// The embedding of two or more ids that a value is, or is with its rows counted otherwise; nullptr for others.
  const Node* embedding_of(ValueId value) const {
    const Node* node = &producer(value);
    if (node->op == &op::reshape) node = &producer(node->operands[0]);
    if (node->op != &op::embedding || graph_.type(node->operands[1]).shape.volume() < 2) return nullptr;
    return graph_.type(value).shape[-1] == graph_.type(node->operands[0]).shape[1] ? node : nullptr;
  }

  Value with_shape(Value value, const Shape& shape) const {
    return value.shape() == shape ? value : reshape(value, shape);
  }

  // y = dense(embedding(table, ids), w, b)
  void fuse_forward(NodeId id) {
    const Node& layer = graph_.node(id);
    if (layer.op != &op::dense) return;
    const Node* embedded = embedding_of(layer.operands[0]);
    if (embedded == nullptr) return;
    const ValueId y = layer.results[0];
    const Graph::Scope scope = graph_.absolute_scope(layer.scope);
    const Value fused = embedding_dense(graph_.value(embedded->operands[0]), graph_.value(embedded->operands[1]),
                                        graph_.value(layer.operands[1]), graph_.value(layer.operands[2]));
    rewriter_.replace(y, with_shape(fused, graph_.type(y).shape).id());
  }

  /// What makes a gradient of a kernel unlike others: the ids that were embedded, and dy.
  using KernelGradient = std::pair<ValueId, ValueId>;

  // dw = matmul(embedding(table, ids), dy) {transpose_a}
  void find_kernel_gradient(NodeId id) {
    const Node& product = graph_.node(id);
    if (!is_product(product, true, false)) return;
    if (const Node* embedded = embedding_of(product.operands[0]))
      kernel_gradients_.try_emplace({embedded->operands[1], product.operands[1]}, id);
  }

  // dt = embedding_gradient(matmul(dy, w) {transpose_b}, ids)
  void fuse_backward(NodeId id) {
    const Node& scatter = graph_.node(id);
    if (scatter.op != &op::embedding_gradient) return;
    const ValueId ids = scatter.operands[1];
    const Node* product = &producer(scatter.operands[0]);
    if (product->op == &op::reshape && used_once(product->results[0])) product = &producer(product->operands[0]);
    if (!is_product(*product, false, true) || !used_once(product->results[0])) return;
    const ValueId cotangent = product->operands[0];
    const auto beside = kernel_gradients_.find({ids, cotangent});
    if (beside == kernel_gradients_.end()) return;
    const Node& kernel_gradient = graph_.node(beside->second);
    const ValueId kernel = product->operands[1];
    const ValueId table = embedding_of(kernel_gradient.operands[0])->operands[0];
    const ValueId d_table = scatter.results[0];
    const ValueId d_kernel = kernel_gradient.results[0];
    if (graph_.type(table) != graph_.type(d_table) || graph_.type(kernel) != graph_.type(d_kernel)) return;
    if (!is_variable(table) || !is_variable(kernel)) return;
    const Graph::Scope scope = graph_.absolute_scope(scatter.scope);
    const Shape& rows = graph_.type(ids).shape;
    const Value dy = with_shape(graph_.value(cotangent), rows.inserted(rows.rank(), graph_.type(kernel).shape[1]));
    const EmbeddingDenseGradient fused =
        embedding_dense_gradient(graph_.value(table), graph_.value(ids), graph_.value(kernel), dy);
    rewriter_.replace(d_table, fused.table.id());
    rewriter_.replace(d_kernel, fused.kernel.id());
  }

  /// What is computed might need one of the two gradients, which one node cannot give before the other.
  bool is_variable(ValueId value) const { return is_leaf(*producer(piece_of(graph_, value).source).op); }
  bool used_once(ValueId value) const { return uses_[value.index] == 1; }

  Graph& graph_;
  std::vector<std::uint32_t> uses_;
  std::map<KernelGradient, NodeId> kernel_gradients_;
  Rewriter rewriter_{graph_};
};

bool run_fuse_embedding(Graph& graph, const PassContext& context) {
  if (context.runs_whole &&
      !(context.runs_whole(op::embedding_dense) && context.runs_whole(op::embedding_dense_gradient)))
    return false;
  return EmbeddingFusion(graph).run();
}

}  // namespace

const Pass pass::fuse_embedding{"fuse-embedding", "projects each distinct token of a batch once", run_fuse_embedding};

}  // namespace weft
