#pragma once

#include "graph/graph.h"
#include "ops/ops.h"

namespace weft {

/// What int8-weights and bf16-weights do, each for its type; passes/narrow_weights.cpp tells how. Returns whether
/// anything changed.
bool narrow_the_weights(Graph& graph, NarrowWeights weights);

}  // namespace weft
