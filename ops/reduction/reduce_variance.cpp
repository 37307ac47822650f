#include "ops/ops.h"

namespace weft {

// The mean first: the difference of the mean of squares and the square of the mean would cancel.
Value reduce_variance(Value x, const Integers& axes, bool keep_dims) {
  const Value mean = reduce_mean(x, axes, true);
  return reduce_mean(square(x - mean), axes, keep_dims);
}

}  // namespace weft
