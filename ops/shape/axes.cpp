#include <algorithm>

#include "ops/helpers.h"
#include "ops/ops.h"

// An axis of extent 1 put in or taken out: a reshape.

namespace weft {

Value expand_dims(Value x, std::int64_t axis) {
  require(static_cast<bool>(x), "expand_dims: operand 0 is a null value");
  // The axis counts in the result, which has one more.
  const auto rank = static_cast<std::int64_t>(x.shape().rank()) + 1;
  const std::int64_t from_first = axis < 0 ? axis + rank : axis;
  require(from_first >= 0 && from_first < rank, "expand_dims: axis {} is out of range for a new axis in shape {}", axis,
          x.shape());
  return reshape(x, x.shape().inserted(static_cast<std::size_t>(from_first), 1));
}

Value squeeze(Value x, const Integers& axes) {
  require(static_cast<bool>(x), "squeeze: operand 0 is a null value");
  const Shape& shape = x.shape();
  std::vector<bool> removed(shape.rank(), false);
  for (const std::int64_t axis : axes.numbers()) {
    require(shape[axis] == 1, "squeeze: axis {} of shape {} has more than one element", axis, shape);
    removed[shape.axis(axis)] = true;
  }
  std::vector<std::int64_t> extents;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis)
    if (axes.numbers().empty() ? shape.extents()[axis] != 1 : !removed[axis]) extents.push_back(shape.extents()[axis]);
  return reshape(x, Shape(std::span<const std::int64_t>(extents)));
}

}  // namespace weft
