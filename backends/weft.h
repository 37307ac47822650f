#pragma once

// Weft in one header: build a graph, differentiate it, compile it, run it.

#include "backends/mpi/mpi_communicator.h"         // IWYU pragma: export
#include "backends/onednn/onednn_backend.h"        // IWYU pragma: export
#include "backends/onednn/openmp_wait.h"           // IWYU pragma: export
#include "backends/reference/reference_backend.h"  // IWYU pragma: export
#include "backends/runtime/execution.h"            // IWYU pragma: export
#include "backends/runtime/numerics.h"             // IWYU pragma: export
#include "backends/runtime/poison.h"               // IWYU pragma: export
#include "backends/runtime/profile.h"              // IWYU pragma: export
#include "backends/runtime/program_cache.h"        // IWYU pragma: export
#include "backends/runtime/variables_file.h"       // IWYU pragma: export
#include "graph/graph.h"                           // IWYU pragma: export
#include "graph/tensor.h"                          // IWYU pragma: export
#include "ops/ops.h"                               // IWYU pragma: export
#include "ops/optimisers.h"                        // IWYU pragma: export
#include "passes/autodiff/autodiff.h"              // IWYU pragma: export
