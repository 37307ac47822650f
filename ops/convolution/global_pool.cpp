#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {
namespace {

/// The spatial axes of x [batch, channels, spatial...].
std::vector<std::int64_t> spatial_axes(std::string_view builder, Value x) {
  require(static_cast<bool>(x), "{}: operand 0 is a null value", builder);
  require(x.shape().rank() >= 3, "{}: x '{}' is {}: [batch, channels, spatial...] is needed", builder, x.name(),
          x.type());
  std::vector<std::int64_t> axes;
  for (std::size_t axis = 2; axis < x.shape().rank(); ++axis) axes.push_back(static_cast<std::int64_t>(axis));
  return axes;
}

}  // namespace

Value global_max_pool(Value x) { return reduce_max(x, spatial_axes("global_max_pool", x)); }

Value global_average_pool(Value x) { return reduce_mean(x, spatial_axes("global_average_pool", x)); }

}  // namespace weft
