#include "graph/base/joined.h"
#include "ops/ops.h"

namespace weft {

std::vector<Value> split_into(Value x, const Integers& extents, std::int64_t axis) {
  require(static_cast<bool>(x), "split_into: operand 0 is a null value");
  const std::int64_t whole = x.shape()[axis];
  std::int64_t left = whole;
  bool fits = !extents.numbers().empty();
  for (const std::int64_t extent : extents.numbers()) {
    fits = fits && extent >= 1 && extent <= left;
    if (fits) left -= extent;
  }
  if (!fits || left != 0)
    fail("split_into: extents [{}] are not those of parts of axis {} of shape {}", joined(extents.numbers(), ","), axis,
         x.shape());
  std::vector<Value> parts;
  std::int64_t begin = 0;
  for (const std::int64_t extent : extents.numbers()) {
    parts.push_back(slice(x, axis, begin, begin + extent));
    begin += extent;
  }
  return parts;
}

std::vector<Value> split(Value x, std::int64_t parts, std::int64_t axis) {
  require(static_cast<bool>(x), "split: operand 0 is a null value");
  const std::int64_t whole = x.shape()[axis];
  require(parts >= 1 && whole % parts == 0, "split: axis {} of shape {} has no {} equal parts", axis, x.shape(), parts);
  const std::vector<std::int64_t> extents(static_cast<std::size_t>(parts), whole / parts);
  return split_into(x, extents, axis);
}

}  // namespace weft
