#include <numbers>

#include "graph/base/error.h"
#include "ops/ops.h"

namespace weft {

Value random_normal(Value step, const Shape& shape, std::int64_t seed, std::string_view stream, DType dtype) {
  require(static_cast<bool>(step), "random_normal: the step is a null value");
  Graph& graph = step.graph();
  const Value zero = graph.constant(0.0, dtype);
  const auto uniform = [&](double high, std::string_view part) {
    return random_uniform(step, zero, graph.constant(high, dtype), shape, seed, fmt::format("{}/{}", stream, part));
  };
  const Value radius = sqrt(-2.0 * log(uniform(1.0, "radius")));
  return (radius * cos(uniform(2.0 * std::numbers::pi, "angle"))).named("random_normal");
}

}  // namespace weft
