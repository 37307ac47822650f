#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {

Value clamp(Value x, Value low, Value high) { return minimum(maximum(x, low), high); }

Value clamp(Value x, double low, double high) {
  require(low <= high, "clamp: low {} is above high {}", low, high);
  return clamp(x, constant_like(x, low), constant_like(x, high));
}

}  // namespace weft
