#include <numeric>

#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<std::int64_t> spatial_axes(std::string_view builder, Value x, bool channels_last) {
  require(static_cast<bool>(x), "{}: operand 0 is a null value", builder);
  require(x.shape().rank() >= 3, "{}: x '{}' is {}: batch, channels and spatial axes are needed", builder, x.name(),
          x.type());
  std::vector<std::int64_t> axes(x.shape().rank() - 2);
  std::iota(axes.begin(), axes.end(), channels_last ? 1 : 2);
  return axes;
}

}  // namespace

Value global_max_pool(Value x, bool channels_last) {
  return reduce_max(x, spatial_axes("global_max_pool", x, channels_last));
}

Value global_average_pool(Value x, bool channels_last) {
  return reduce_mean(x, spatial_axes("global_average_pool", x, channels_last));
}

}  // namespace weft
