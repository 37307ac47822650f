#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "graph/types.h"

namespace weft::reference {

/// Where a broadcast operand's element is: from the row-major index of an element of the result to that of the
/// operand's element which it reads. The reductions read it the other way round: `operand` is then the reduced shape
/// with its axes kept as 1, and the index is that of the sum which an element goes to.
class BroadcastIndex {
 public:
  BroadcastIndex(const Shape& operand, const Shape& result) {
    std::int64_t volume = 1;
    for (std::size_t back = 1; back <= result.rank(); ++back) {
      const std::int64_t of_operand = back > operand.rank() ? 1 : operand.extents()[operand.rank() - back];
      add({result.extents()[result.rank() - back], of_operand == 1 ? 0 : volume});
      volume *= of_operand;
    }
  }

  std::int64_t operator()(std::int64_t index) const {
    std::int64_t at = 0;
    for (std::size_t axis = 0; axis + 1 < count_; ++axis) {
      at += index % axes_[axis].extent * axes_[axis].stride;
      index /= axes_[axis].extent;
    }
    return count_ == 0 ? 0 : at + index * axes_[count_ - 1].stride;
  }

 private:
  /// Of the result, with the distance between neighbours in the operand.
  struct Axis {
    std::int64_t extent;
    std::int64_t stride;
  };

  /// Neighbouring axes along which elements lie equally far apart are one: divisions are what an index takes.
  void add(const Axis& axis) {
    if (axis.extent == 1) return;
    if (count_ > 0 && axis.stride == axes_[count_ - 1].stride * axes_[count_ - 1].extent)
      axes_[count_ - 1].extent *= axis.extent;
    else
      axes_[count_++] = axis;
  }

  std::array<Axis, Shape::max_rank> axes_{};  ///< from the last one
  std::size_t count_ = 0;
};

}  // namespace weft::reference
