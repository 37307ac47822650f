#include "ops/helpers.h"
#include "ops/ops.h"

// The minimum is the maximum in the opposite order.

namespace weft {
namespace {

/// Where a is below b, the opposite of a is above that of b, exactly: an i32 has a complement, -1 - x, while the least
/// one has no negative.
Value opposite(Value x) { return x && x.dtype() == DType::i32 ? constant_like(x, -1.0) - x : -x; }

}  // namespace

Value reduce_min(Value x, const Integers& axes, bool keep_dims) {
  return opposite(reduce_max(opposite(x), axes, keep_dims));
}

Value argmin(Value x, std::int64_t axis) { return argmax(opposite(x), axis); }

}  // namespace weft
