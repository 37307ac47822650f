#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {

Value bernoulli(Value step, Value probabilities, std::int64_t seed, std::string_view stream) {
  const Value zero = constant_like(probabilities, 0.0);
  const Value one = constant_like(probabilities, 1.0);
  return less(random_uniform(step, zero, one, probabilities.shape(), seed, stream), probabilities).named("bernoulli");
}

}  // namespace weft
