#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {

// The id is the place of the first "reached": one of the classes, whatever the weights are.
Value multinomial(Value step, Value weights, std::int64_t count, std::int64_t seed, std::string_view stream) {
  require(static_cast<bool>(weights), "multinomial: weights is a null value");
  require(is_float(weights.dtype()) && weights.shape().rank() > 0,
          "multinomial: weights is {}: floating-point numbers [..., classes] are needed", weights.type());
  require(count > 0, "multinomial: {} ids a row are asked for: at least one is needed", count);
  const Value sums = cumsum(weights, -1);
  const std::size_t last = sums.shape().rank() - 1;
  const auto axis = static_cast<std::int64_t>(last);
  const std::int64_t classes = sums.shape()[-1];
  const Value draws = random_uniform(step, constant_like(weights, 0.0), constant_like(weights, 1.0),
                                     sums.shape().with(last, count), seed, stream);
  const Value aims = draws * slice(sums, axis, classes - 1, classes);
  const Value reached = logical_not(less(expand_dims(sums, axis), expand_dims(aims, -1)));
  return argmax(cast(reached, DType::f32), -1).named("multinomial");
}

}  // namespace weft
