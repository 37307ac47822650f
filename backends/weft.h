#pragma once

// Weft in one header: build a graph, differentiate it, compile it, run it.

#include "backends/onednn/onednn_backend.h"        // IWYU pragma: export
#include "backends/reference/reference_backend.h"  // IWYU pragma: export
#include "backends/runtime/executable.h"           // IWYU pragma: export
#include "graph/graph.h"                           // IWYU pragma: export
#include "graph/tensor.h"                          // IWYU pragma: export
#include "ops/ops.h"                               // IWYU pragma: export
#include "passes/autodiff/autodiff.h"              // IWYU pragma: export
