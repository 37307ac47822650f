#pragma once

#include "graph/op.h"

namespace weft {

/// Whether kernels run the op on values in bf16: casts, products, and what only moves elements.
bool runs_in_bf16(const Op& op);

}  // namespace weft
