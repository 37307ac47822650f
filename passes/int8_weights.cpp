// Weights of products as 8-bit integers with a step a column: see passes/narrow_weights.cpp.
//
//   before                                  after
//   %y = dense(%x, %kernel, %bias)          %y = narrow_dense(%x, %kernel, %bias) {weights = "int8"}

#include "passes/narrow_weights.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

bool run(Graph& graph, const PassContext&) { return narrow_the_weights(graph, NarrowWeights::int8); }

}  // namespace

const Pass pass::int8_weights{"int8-weights", "rounds the weights of products to 8-bit integers; on demand", run, 0.05};

}  // namespace weft
