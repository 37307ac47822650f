#pragma once

#include <cstdint>

#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft::test {

struct RandomGraphOptions {
  int nodes = 40;             ///< about so many random nodes, a fragment of a model counting as one
  bool differentiate = true;  ///< gradients of the parameters as further outputs, or as an optimiser's step
  bool updates = true;        ///< states, with random updates (swaps among them)
};

/// A random graph in f64, the same for the same seed: primitive ops over a pool of values with shared weights, unrolled
/// GRU and attention fragments with known-zero first states, sums of products, views of views. All values are of the
/// order of 1.
Graph random_graph(std::uint64_t seed, const RandomGraphOptions& options = {});

/// Content for the graph's inputs: floats in [-1, 1), i32 in [0, 3).
TensorMap random_inputs(const Graph& graph, std::uint64_t seed);

}  // namespace weft::test
