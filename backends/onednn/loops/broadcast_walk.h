#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "backends/onednn/parallel.h"
#include "graph/types.h"

namespace weft::onednn {

/// How operands that broadcast to one result shape lie in memory along it, with as few axes as possible: adjacent axes
/// that all operands step through alike are one. So equal shapes are one axis, a row added to a matrix two.
template <std::size_t operand_count>
class BroadcastWalk {
 public:
  BroadcastWalk(const std::array<Shape, operand_count>& operands, const Shape& result) : volume_(result.volume()) {
    // From the last axis to the first; axes_[0] is the innermost.
    std::array<std::int64_t, operand_count> volumes;
    volumes.fill(1);
    for (std::size_t back = 1; back <= result.rank(); ++back) {
      Axis axis;
      axis.extent = result.extents()[result.rank() - back];
      if (axis.extent == 1) continue;
      for (std::size_t i = 0; i < operand_count; ++i) {
        const Shape& operand = operands[i];
        const bool stretched = back > operand.rank() || operand.extents()[operand.rank() - back] == 1;
        axis.strides[i] = stretched ? 0 : volumes[i];
        if (!stretched) volumes[i] *= axis.extent;
      }
      append(axis);
    }
    if (rank_ == 0) append(Axis{});
  }

  std::int64_t volume() const { return volume_; }
  /// How far apart an operand's elements are along a span: 0 or 1.
  std::int64_t inner_stride(std::size_t operand) const { return axes_[0].strides[operand]; }

  /// Calls span(first, length, offsets) for pieces of the innermost axis that make up the results of `range`: results
  /// first .. first + length, from each operand's element offsets[operand] on.
  template <typename Span>
  void for_each_span(Range range, const Span& span) const {
    std::int64_t first = range.first;
    while (first < range.last) {
      std::array<std::int64_t, operand_count> offsets{};
      std::int64_t index = first;
      for (std::size_t axis = 0; axis < rank_; ++axis) {
        const std::int64_t at = index % axes_[axis].extent;
        index /= axes_[axis].extent;
        for (std::size_t i = 0; i < operand_count; ++i) offsets[i] += at * axes_[axis].strides[i];
      }
      const std::int64_t length = std::min(axes_[0].extent - first % axes_[0].extent, range.last - first);
      span(first, length, offsets);
      first += length;
    }
  }

 private:
  struct Axis {
    std::int64_t extent = 1;
    std::array<std::int64_t, operand_count> strides{};
  };

  // Adds an axis outside of the others, or extends the outermost one when all operands step on through it.
  void append(const Axis& axis) {
    if (rank_ > 0) {
      Axis& outermost = axes_[rank_ - 1];
      bool continues = true;
      for (std::size_t i = 0; i < operand_count; ++i)
        continues = continues && axis.strides[i] == outermost.strides[i] * outermost.extent;
      if (continues) {
        outermost.extent *= axis.extent;
        return;
      }
    }
    axes_[rank_++] = axis;
  }

  std::array<Axis, Shape::max_rank> axes_{};
  std::size_t rank_ = 0;
  std::int64_t volume_;
};

}  // namespace weft::onednn
