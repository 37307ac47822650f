#pragma once

#include <cstdint>

#include "graph/graph.h"
#include "graph/tensor.h"
#include "tests/fuzz/choices.h"

namespace weft::fuzz {

struct RandomGraphOptions {
  int nodes = 40;             ///< about so many random parts, a fragment of a model counting as one
  bool differentiate = true;  ///< gradients of the parameters as further outputs, or as an optimiser's step
  bool updates = true;        ///< states, with random updates (swaps among them)
  bool tame = true;           ///< operands lie within their ops' domains, and all values are of the order of 1
  DType floats = DType::f64;
};

/// A random graph, the same for the same choices: every op of the list, within a pool of values of ranks 0 to 4 with
/// shared weights, unrolled recurrent and attention fragments with known-zero first states, sums of products, views of
/// views, one value given twice, the ops' own cases on values of the pool.
Graph random_graph(Choices& choices, const RandomGraphOptions& options);
Graph random_graph(std::uint64_t seed, const RandomGraphOptions& options = {});

/// How many ids there are: what i32 inputs are drawn from, and how many rows the tables have at least.
inline constexpr std::int64_t vocabulary = 3;

/// Content for the graph's inputs: floats in [-1, 1), i32 in [0, vocabulary).
TensorMap random_inputs(const Graph& graph, std::uint64_t seed);

}  // namespace weft::fuzz
