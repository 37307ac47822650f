#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// The types of some values of a graph.
std::vector<TensorType> types_of(const Graph& graph, const std::vector<ValueId>& values);

/// Floating-point operations of one evaluation of the node; 0 for leaves and for ops that only move data.
double flops_of(const Graph& graph, const Node& node);
double flops_of(const Op& op, std::span<const TensorType> operands, std::span<const TensorType> results,
                const Attributes& attributes);

/// Bytes that one evaluation of the node reads and writes: of all operands and results, unless its op says otherwise. 0
/// for leaves, which no kernel computes.
double bytes_of(const Graph& graph, const Node& node);
double bytes_of(const Op& op, std::span<const TensorType> operands, std::span<const TensorType> results,
                const Attributes& attributes);

}  // namespace weft
