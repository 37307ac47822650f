// Puts ops in the place of what is written by hand although an op with a kernel of its own computes it.
//
//   before                                              after
//   %s = matmul(%query, %key) {transpose_b}             %y:0, %y:1 = scaled_dot_product_attention(%query, %key,
//   %t = mul(%s, %number)                                   %value) {causal, scale}
//   %m = select(%is_past, %t, %minus_infinity)
//   %w = softmax(%m)
//   %y = matmul(%w, %value)
//
//   %d = sub(%x, %max_of_x)                             %y = softmax(%x)
//   %e = exp(%d)
//   %y = div(%e, %sum_of_e)
//
//   %l = log(softmax(%x))                               %l = log_softmax(%x)
//   %l = sub(%x, log(reduce_sum(exp(%x))))              %l = log_softmax(%x)
//   %y = div(1, add(1, exp(neg(%x))))                   %y = sigmoid(%x)
//
// Attention (passes/handwritten/attention.h) is never stored whole then, and so takes memory in proportion to its
// length. It is left alone where scores are fewer than the elements that the op copies, and where weights or scores are
// read elsewhere. Of a mask that is finite but very low, a query that attends to nothing gives all keys the same weight:
//
//   %m = select(%within, %t, -1e9)                      %any = reduce_any(%within) over the keys
//                                                       query: select(%any, %query, 0); mask: %within or not %any
//
// Gradients are differentiated with the same ops in mind (passes/autodiff), so that a training step's weights have no
// other reader; cse merges the two. Those of the ops are finite, too, where an exponential overflows by hand. Composites
// such as layer_norm and gelu have no kernel of their own: written by hand, they are much like what they decompose into,
// and fuse-elementwise makes one node of either.

#include "graph/order.h"
#include "ops/op_list.h"
#include "passes/handwritten/handwritten.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

bool run_recognise(Graph& graph, const PassContext&) {
  const std::vector<NodeId> order = topological_order(graph);
  const Handwritten found = find_handwritten(graph, order, use_counts(graph), [](ValueId) { return false; });
  Rewriter rewriter(graph);
  for (const NodeId id : order) {
    const auto by_hand = found.find(id);
    if (by_hand == found.end()) continue;
    const Graph::Scope scope = graph.absolute_scope(graph.node(id).scope);
    rewriter.replace(graph.node(id).results[0], by_hand->second().id());
  }
  return rewriter.finish();
}

}  // namespace

const Pass pass::recognise{"recognise", "puts ops in the place of what is written by hand as several nodes",
                           run_recognise};

}  // namespace weft
