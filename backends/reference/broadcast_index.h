#pragma once

#include <array>
#include <cstdint>

#include "graph/types.h"

namespace weft::reference {

/// Where a broadcast operand's element is: from the row-major index of an element of the result to that of the
/// operand's element which it reads. The reductions read it the other way round: `operand` is then the reduced shape
/// with its axes kept as 1, and the index is that of the sum which an element goes to.
class BroadcastIndex {
 public:
  BroadcastIndex(const Shape& operand, const Shape& result) : result_(result) {
    const std::size_t added = result.rank() - operand.rank();
    std::int64_t stride = 1;
    for (std::size_t axis = operand.rank(); axis-- > 0;) {
      const std::int64_t extent = operand.extents()[axis];
      strides_[axis + added] = extent == 1 ? 0 : stride;
      stride *= extent;
    }
  }

  std::int64_t operator()(std::int64_t index) const {
    std::int64_t at = 0;
    for (std::size_t axis = result_.rank(); axis-- > 0;) {
      const std::int64_t extent = result_.extents()[axis];
      at += index % extent * strides_[axis];
      index /= extent;
    }
    return at;
  }

 private:
  Shape result_;
  std::array<std::int64_t, Shape::max_rank> strides_{};
};

}  // namespace weft::reference
