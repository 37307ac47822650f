#pragma once

#include "graph/graph.h"

namespace weft {

/// Whether a copy of a graph keeps the assignments of its variables.
enum class Updates { keep, drop };

/// A copy of the graph with every floating-point value in another floating type (constants are converted), under the
/// same names: what runs in f64 to be the oracle of what runs in f32. Throws Error when `dtype` is no floating type.
Graph with_float_type(const Graph& graph, DType dtype, Updates updates = Updates::keep);

}  // namespace weft
