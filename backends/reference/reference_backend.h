#pragma once

#include "backends/runtime/backend.h"

namespace weft {

/// Naive loops in float32 or float64: the oracle.
const Backend& reference_backend();

}  // namespace weft
