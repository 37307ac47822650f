#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {

Value square(Value x) { return x * x; }

Value reciprocal(Value x) { return 1.0 / x; }

Value rsqrt(Value x) { return 1.0 / sqrt(x); }

}  // namespace weft
