#pragma once

#include <span>

#include "graph/graph.h"

namespace weft {

// What running a graph takes, in cycles of a core with wide vectors, as estimated from the instructions of the generated
// code and the rates of memory and of products. Passes weigh by it whether to compute something once more.

/// To write or to read so many bytes of one value.
double memory_cycles(std::int64_t bytes);

/// To compute a node's results, once its operands are there.
double computing_cycles(const Graph& graph, const Node& node);
double computing_cycles(const Op& op, std::span<const TensorType> operands, std::span<const TensorType> results,
                        const Attributes& attributes);

/// All of it: to read the operands, to compute, to write the results.
double running_cycles(const Op& op, std::span<const TensorType> operands, std::span<const TensorType> results,
                      const Attributes& attributes);

}  // namespace weft
