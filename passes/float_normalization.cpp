// Has ops compute in f32 where they are to compute in bf16, for which there are no kernels: what they read is cast, and
// what they make is rounded back, as if they computed in bf16 alone.
//
//   before                     after
//   %y = tanh(%x) : bf16[4]    %x32 = cast(%x) {dtype = "f32"} : f32[4]
//                              %y32 = tanh(%x32) : f32[4]
//                              %y = cast(%y32) {dtype = "bf16"} : bf16[4]
//
// Casts, products and what only moves elements stay as they are: kernels run these in bf16.

#include "passes/float_normalization.h"

#include <algorithm>
#include <array>

#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {

bool runs_in_bf16(const Op& op) {
  static const std::array ops{&op::cast,
                              &op::matmul,
                              &op::dense,
                              &op::embedding_dense,
                              &op::embedding_dense_gradient,
                              &op::conv,
                              &op::conv_input_gradient,
                              &op::conv_filter_gradient,
                              &op::reshape,
                              &op::concat,
                              &op::slice,
                              &op::pad,
                              &op::transpose,
                              &op::broadcast,
                              &op::flip,
                              &op::gather};
  return std::ranges::find(ops, &op) != ops.end();
}

namespace {

bool run_float_normalization(Graph& graph, const PassContext&) {
  Rewriter rewriter(graph);
  const auto is_bf16 = [&](ValueId value) { return graph.type(value).dtype == DType::bf16; };
  for (const NodeId id : topological_order(graph)) {
    const Node node = graph.node(id);
    if (is_leaf(*node.op) || runs_in_bf16(*node.op)) continue;
    if (std::ranges::none_of(node.operands, is_bf16) && std::ranges::none_of(node.results, is_bf16)) continue;
    const Graph::Scope scope = graph.absolute_scope(node.scope);
    std::vector<Value> operands;
    for (const ValueId operand : node.operands) {
      operands.push_back(graph.value(operand));
      if (is_bf16(operand)) operands.back() = cast(operands.back(), DType::f32);
    }
    std::vector<Value> results = graph.add(*node.op, operands, node.attributes, node.op->name);
    for (std::size_t i = 0; i < results.size(); ++i)
      if (is_bf16(node.results[i])) results[i] = cast(results[i], DType::bf16);
    rewriter.replace(id, results);
  }
  return rewriter.finish();
}

}  // namespace

const Pass pass::float_normalization{"float-normalization",
                                     "has ops compute in f32, and round, where they are to compute in bf16",
                                     run_float_normalization};

}  // namespace weft
