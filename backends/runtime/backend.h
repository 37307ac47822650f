#pragma once

#include <string_view>

#include "backends/runtime/kernel.h"

namespace weft {

/// Where a graph runs: a table from ops to kernel factories.
struct Backend {
  std::string_view name;
  /// The factory of an op's kernels; nullptr when the backend does not run the op whole, and it must be decomposed.
  KernelFactory* (*find_kernel)(const Op& op);
};

/// Naive loops in float32 or float64: the oracle.
const Backend& reference_backend();
/// oneDNN primitives and vectorised loops, float32, threaded.
const Backend& onednn_backend();

}  // namespace weft
