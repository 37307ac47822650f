#include <numbers>

#include "ops/helpers.h"
#include "ops/ops.h"

// Activations that are made of other ops: no kernel of their own would be more accurate.

namespace weft {

Value silu(Value x) { return x * sigmoid(x); }

Value gelu(Value x, GeluForm form) {
  const auto probability = [&] {
    if (form == GeluForm::erf) return erf(x * (1.0 / std::numbers::sqrt2));
    const double scale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    return tanh((x + x * square(x) * 0.044715) * scale);
  };
  return x * 0.5 * (probability() + 1.0);
}

Value leaky_relu(Value x, double slope) { return select(less(x, constant_like(x, 0.0)), x * slope, x); }

// The exponential is of 0 where x is chosen: no infinity enters the gradient.
Value elu(Value x, double alpha) {
  const Value zero = constant_like(x, 0.0);
  const Value is_positive = less(zero, x);
  return select(is_positive, x, expm1(select(is_positive, zero, x)) * alpha);
}

}  // namespace weft
