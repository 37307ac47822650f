// Lets the update of a parameter scale the gradient while it reads it: clipping by the global norm then costs no pass
// over memory of its own. The same products are rounded alike, so the bits stay.
//
//   before                                                  after
//   %g = mul(%gradient, %scale)
//   %p1, ... = adam(%p, %g, %m, %v, %step, %rate)           %p1, ... = adam(%p, %gradient, %m, %v, %step, %rate, %scale)
//
// For each update without a scale whose gradient is a product with a scalar that nobody else reads.

#include <optional>

#include "graph/order.h"
#include "ops/op_list.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// An update that may take a scale for its gradient, and has none.
bool is_unscaled_update(const Node& node) {
  const std::optional<std::size_t> scale = operand_index(*node.op, "gradient_scale...");
  return scale && node.operands.size() == *scale;
}

/// The side of a product that is a scalar; none when both sides, or neither, may be.
std::optional<std::size_t> scalar_side(const Graph& graph, const Node& product) {
  const bool left = graph.type(product.operands[0]).shape.rank() == 0;
  const bool right = graph.type(product.operands[1]).shape.rank() == 0;
  return left == right ? std::nullopt : std::optional<std::size_t>(left ? 0 : 1);
}

bool run_fuse_clip(Graph& graph, const PassContext&) {
  const std::vector<std::uint32_t> uses = use_counts(graph);
  Rewriter rewriter(graph);
  for (const NodeId id : topological_order(graph)) {
    const Node& update = graph.node(id);
    if (!is_unscaled_update(update)) continue;
    const std::size_t gradient_index = operand_index(*update.op, "gradient").value();
    const ValueId gradient = update.operands[gradient_index];
    const Node& product = graph.node(graph.producer(gradient));
    if (product.op != &op::mul || uses[gradient.index] != 1) continue;
    const std::optional<std::size_t> side = scalar_side(graph, product);
    if (!side) continue;
    std::vector<Value> operands;
    for (const ValueId operand : update.operands) operands.push_back(graph.value(operand));
    operands[gradient_index] = graph.value(product.operands[1 - *side]);
    operands.push_back(graph.value(product.operands[*side]));
    const Graph::Scope scope = graph.absolute_scope(update.scope);
    rewriter.replace(id, graph.add(*update.op, operands, update.attributes, "scaled_" + std::string(update.op->name)));
  }
  return rewriter.finish();
}

}  // namespace

const Pass pass::fuse_clip{"fuse-clip", "scales gradients while they are read to update their parameters",
                           run_fuse_clip};

}  // namespace weft
