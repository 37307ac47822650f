#include <numbers>

#include "graph/base/error.h"
#include "ops/helpers.h"
#include "ops/ops.h"
#include "ops/optimisers.h"

namespace weft {
namespace {

void require_schedule(std::string_view schedule, Value step, std::int64_t steps) {
  require(step && step.type() == TensorType{DType::i32, Shape{}}, "{}: the step is {}: i32[] is needed", schedule,
          step ? step.type().to_string() : "a null value");
  require(steps > 0, "{}: {} steps are given: at least one is needed", schedule, steps);
}

void require_least(std::string_view schedule, double least) {
  require(least >= 0.0 && least <= 1.0, "{}: the least factor is {}: a number in [0, 1] is needed", schedule, least);
}

void require_rate(std::string_view schedule, double rate) {
  require(rate > 0.0 && rate <= 1.0, "{}: the rate is {}: a number in (0, 1] is needed", schedule, rate);
}

/// Updates before this one, in units of `steps`.
Value turns_done(Value step, std::int64_t steps) {
  return maximum(cast(step, DType::f32) - 1.0, step.graph().constant(0.0)) / static_cast<double>(steps);
}

/// The same, up to 1.
Value share_done(Value step, std::int64_t steps) {
  return minimum(turns_done(step, steps), step.graph().constant(1.0));
}

}  // namespace

Value linear_warmup(Value step, std::int64_t steps) {
  require_schedule("linear_warmup", step, steps);
  return clamp(cast(step, DType::f32), 1.0, static_cast<double>(steps)) / static_cast<double>(steps);
}

Value linear_decay(Value step, std::int64_t steps, double least) {
  require_schedule("linear_decay", step, steps);
  require_least("linear_decay", least);
  return 1.0 - share_done(step, steps) * (1.0 - least);
}

Value cosine_decay(Value step, std::int64_t steps, double least) {
  require_schedule("cosine_decay", step, steps);
  require_least("cosine_decay", least);
  const Value wave = 0.5 + 0.5 * cos(std::numbers::pi * share_done(step, steps));
  return least + (1.0 - least) * wave;
}

Value exponential_decay(Value step, std::int64_t steps, double rate) {
  require_schedule("exponential_decay", step, steps);
  require_rate("exponential_decay", rate);
  return pow(step.graph().constant(rate), turns_done(step, steps));
}

Value step_decay(Value step, std::int64_t steps, double rate) {
  require_schedule("step_decay", step, steps);
  require_rate("step_decay", rate);
  return pow(step.graph().constant(rate), floor(turns_done(step, steps)));
}

Value inverse_square_root(Value step, std::int64_t steps) {
  require_schedule("inverse_square_root", step, steps);
  const double first = static_cast<double>(steps);
  return sqrt(first / maximum(cast(step, DType::f32), step.graph().constant(first)));
}

}  // namespace weft
