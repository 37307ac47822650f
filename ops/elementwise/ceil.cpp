#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {

Value ceil(Value x) { return -floor(-x); }

}  // namespace weft
