#pragma once

#include <optional>

#include "graph/graph.h"

namespace weft {

/// The number that every element of a value has, when it is a constant of equal elements or a broadcast (or reshape,
/// transpose, slice) of one.
std::optional<double> splat(const Graph& graph, ValueId value);

}  // namespace weft
