#pragma once

#include <vector>

#include "graph/graph.h"

namespace weft {

/// What a graph that updates parameters takes from micro-batches (models/training/accumulation.h), in the order of
/// declaration: the states of numbers that are read and begin anew, as zeros, but for those that processes add up already.
/// None in a graph that updates no parameter.
std::vector<Value> micro_batch_sums(const Graph& graph);

}  // namespace weft
