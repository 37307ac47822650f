#pragma once

#include "backends/backend.h"
#include "backends/variables.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// Runs the graph once, beside and without changing the variables, and throws Error that names the first value in the
/// order of execution that holds an infinity or NaN.
void require_finite(const Graph& graph, const Backend& backend, const TensorMap& inputs, const Variables& variables);

}  // namespace weft
