#pragma once

#include "graph/op.h"

// All ops; the list is ops.def.

namespace weft::op {

#define WEFT_OP(name) extern const Op name;
#define WEFT_COMPOSITE_OP(name) extern const Op name;
#define WEFT_FUSED_OP(name) extern const Op name;
#include "ops/ops.def"

}  // namespace weft::op
