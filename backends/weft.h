#pragma once

// Weft in one header: build a graph, differentiate it, compile it, run it.

#include "backends/backend.h"     // IWYU pragma: export
#include "backends/executable.h"  // IWYU pragma: export
#include "graph/graph.h"          // IWYU pragma: export
#include "graph/tensor.h"         // IWYU pragma: export
#include "ops/ops.h"              // IWYU pragma: export
#include "passes/autodiff.h"      // IWYU pragma: export
