#include "ops/helpers.h"
#include "ops/ops.h"

// Of bool as 0 and 1: one is true where the largest is 1, all are where the smallest is.

namespace weft {

Value reduce_any(Value x, const Integers& axes, bool keep_dims) {
  require_dtype("reduce_any", x, DType::boolean);
  return cast(reduce_max(cast(x, DType::i32), axes, keep_dims), DType::boolean);
}

Value reduce_all(Value x, const Integers& axes, bool keep_dims) {
  require_dtype("reduce_all", x, DType::boolean);
  return cast(reduce_min(cast(x, DType::i32), axes, keep_dims), DType::boolean);
}

}  // namespace weft
