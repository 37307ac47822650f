#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {
namespace {

void require_bools(std::string_view builder, Value a, Value b) {
  require_dtype(builder, a, DType::boolean);
  require_dtype(builder, b, DType::boolean);
}

}  // namespace

Value logical_and(Value a, Value b) {
  require_bools("logical_and", a, b);
  return select(a, b, constant_like(a, 0.0));
}

Value logical_or(Value a, Value b) {
  require_bools("logical_or", a, b);
  return select(a, constant_like(a, 1.0), b);
}

Value logical_not(Value x) {
  require_dtype("logical_not", x, DType::boolean);
  return equal(x, constant_like(x, 0.0));
}

}  // namespace weft
