#include "ops/elementwise/extremum.h"

#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {

std::vector<Value> gradient_of_extremum(const GradientContext& context) {
  const Value y = context.result(0);
  const Value dy = context.cotangent(0);
  const Value zero = constant_like(dy, 0.0);
  const Value share = select(equal(context.operand(0), context.operand(1)), dy * 0.5, dy);
  const auto of_operand = [&](std::size_t i) {
    if (!context.needs(i)) return Value();
    const Value x = context.operand(i);
    return sum_to(select(equal(x, y), share, zero), x.shape());
  };
  return {of_operand(0), of_operand(1)};
}

}  // namespace weft
