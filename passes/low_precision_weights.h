#pragma once

#include "graph/graph.h"
#include "ops/ops.h"

namespace weft {

/// What int8-weights and bf16-weights do, each for its type; passes/low_precision_weights.cpp tells how. Returns whether
/// anything changed.
bool lower_precision_of_weights(Graph& graph, WeightPrecision weights);

}  // namespace weft
