// Weights of products as 8-bit integers with a step a column: see passes/low_precision_weights.cpp.
//
//   before                                  after
//   %y = dense(%x, %kernel, %bias)          %y = low_precision_dense(%x, %kernel, %bias) {weights = "int8"}

#include "passes/low_precision_weights.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

bool run_int8_weights(Graph& graph, const PassContext&) {
  return lower_precision_of_weights(graph, WeightPrecision::int8);
}

}  // namespace

const Pass pass::int8_weights{"int8-weights", "rounds the weights of products to 8-bit integers; on demand",
                              run_int8_weights, 0.05};

}  // namespace weft
