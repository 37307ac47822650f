// Weights of products as bf16, the upper half of a float: see passes/narrow_weights.cpp.
//
//   before                                  after
//   %y = dense(%x, %kernel, %bias)          %y = narrow_dense(%x, %kernel, %bias) {weights = "bf16"}

#include "passes/narrow_weights.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

bool run(Graph& graph, const PassContext&) { return narrow_the_weights(graph, NarrowWeights::bf16); }

}  // namespace

const Pass pass::bf16_weights{"bf16-weights", "rounds the weights of products to bf16; on demand", run, 0.02};

}  // namespace weft
