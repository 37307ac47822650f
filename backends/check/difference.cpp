#include "backends/check/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

double largest_finite(const Tensor& tensor) {
  double largest = 0.0;
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i)
    if (const double number = std::abs(tensor.number(i)); std::isfinite(number)) largest = std::max(largest, number);
  return largest;
}

double distance(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0.0;
  const double difference = std::abs(a - b);
  return std::isnan(difference) ? INFINITY : difference;
}

}  // namespace

Difference difference_of(const Tensor& expected, const Tensor& actual, double tolerance, double noise) {
  const double scale = std::max(largest_finite(expected), least_scale);
  Difference difference{.elements = expected.shape().volume()};
  difference.allowed = is_float(expected.dtype()) ? std::max(tolerance * scale, noise) : 0.0;
  for (std::int64_t i = 0; i < difference.elements; ++i) {
    const double here = distance(expected.number(i), actual.number(i));
    if (here > difference.allowed) ++difference.off;
    if (here > difference.distance) {
      difference.distance = here;
      difference.worst = i;
    }
  }
  if (difference.elements > 0) {
    difference.expected = expected.number(difference.worst);
    difference.actual = actual.number(difference.worst);
  }
  difference.relative = difference.distance / scale;
  return difference;
}

std::string position_text(std::int64_t element, const Shape& shape) {
  std::string text;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis)
    text += fmt::format("{}{}", axis == 0 ? "" : ",",
                        element / shape.volume_between(axis + 1, shape.rank()) % shape.extents()[axis]);
  return fmt::format("[{}]", text);
}

}  // namespace weft
