#include <cmath>

#include "ops/helpers.h"
#include "ops/ops.h"

// Losses of two values of one type, element by element.

namespace weft {
namespace {

/// Throws Error, in the name of the loss, unless both are of one floating-point type.
void require_pair(std::string_view loss, Value a, Value b) {
  require(a && b, "{}: an operand is a null value", loss);
  require(is_float(a.dtype()) && a.type() == b.type(),
          "{}: two values of one floating-point type are needed: {} and {}", loss, a.type(), b.type());
}

}  // namespace

// -ln(sigmoid(x)) = softplus(-x) and -ln(1 - sigmoid(x)) = softplus(x): both exact where they are small.
Value binary_cross_entropy_with_logits(Value logits, Value targets) {
  require_pair("binary_cross_entropy_with_logits", logits, targets);
  return reduce_mean(targets * softplus(-logits) + (1.0 - targets) * softplus(logits));
}

Value mse(Value prediction, Value target) {
  require_pair("mse", prediction, target);
  return reduce_mean(square(prediction - target));
}

Value l1(Value prediction, Value target) {
  require_pair("l1", prediction, target);
  return reduce_mean(abs(prediction - target));
}

// With q = min(d, delta), both parts are q (d - q / 2).
Value huber(Value prediction, Value target, double delta) {
  require_pair("huber", prediction, target);
  require(delta > 0.0 && std::isfinite(delta), "huber: the delta is {}: a positive number is needed", delta);
  const Value distance = abs(prediction - target);
  const Value near = minimum(distance, constant_like(distance, delta));
  return reduce_mean(near * (distance - near * 0.5));
}

// Where p is 0, the difference of logarithms is taken for 0 before it is multiplied: 0 times infinity is NaN.
Value kl_divergence(Value log_p, Value log_q) {
  require_pair("kl_divergence", log_p, log_q);
  require(log_p.shape().rank() > 0, "kl_divergence: [..., classes] is needed, not {}", log_p.type());
  const Value p = exp(log_p);
  const Value zero = constant_like(p, 0.0);
  const Value difference = select(equal(p, zero), zero, log_p - log_q);
  return reduce_mean(reduce_sum(p * difference, {-1}));
}

}  // namespace weft
