#include "graph/base/joined.h"
#include "ops/ops.h"

namespace weft {
namespace {

/// Repeats what lies within one element of the axes before `axis`: [before, 1, rest] -> [before, repeats, rest].
Value repeat(Value x, std::size_t axis, std::int64_t repeats) {
  const Shape shape = x.shape();
  const std::int64_t before = shape.volume_between(0, axis);
  const std::int64_t rest = shape.volume() / before;
  const Value repeated = broadcast(reshape(x, {before, 1, rest}), {before, repeats, rest});
  return reshape(repeated, shape.with(axis, shape.extents()[axis] * repeats));
}

}  // namespace

Value tile(Value x, const Integers& counts) {
  const std::vector<std::int64_t>& repeats = counts.numbers();
  require(static_cast<bool>(x), "tile: operand 0 is a null value");
  bool fits = repeats.size() == x.shape().rank();
  for (const std::int64_t count : repeats) fits = fits && count >= 1 && count <= Shape::max_volume;
  if (!fits)
    fail("tile: a number of repeats, at least 1, is needed for each axis of shape {}, not [{}]", x.shape(),
         joined(repeats, ","));
  for (std::size_t axis = 0; axis < repeats.size(); ++axis)
    if (repeats[axis] > 1) x = repeat(x, axis, repeats[axis]);
  return x;
}

}  // namespace weft
