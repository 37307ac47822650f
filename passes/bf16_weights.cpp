// Weights of products as bf16, the upper half of a float: see passes/low_precision_weights.cpp.
//
//   before                                  after
//   %y = dense(%x, %kernel, %bias)          %y = low_precision_dense(%x, %kernel, %bias) {weights = "bf16"}

#include "passes/low_precision_weights.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

bool run_bf16_weights(Graph& graph, const PassContext&) {
  return lower_precision_of_weights(graph, WeightPrecision::bf16);
}

}  // namespace

const Pass pass::bf16_weights{"bf16-weights", "rounds the weights of products to bf16; on demand", run_bf16_weights,
                              0.02};

}  // namespace weft
