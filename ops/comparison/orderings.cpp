#include "ops/helpers.h"
#include "ops/ops.h"

// The comparisons that follow from less and equal, for NaN as well: "a <= b" is not "not a > b".

namespace weft {

Value greater(Value a, Value b) { return less(b, a); }

Value greater(Value a, double b) { return greater(a, constant_like(a, b)); }

Value less_equal(Value a, Value b) { return logical_or(less(a, b), equal(a, b)); }

Value greater_equal(Value a, Value b) { return less_equal(b, a); }

Value not_equal(Value a, Value b) { return logical_not(equal(a, b)); }

}  // namespace weft
