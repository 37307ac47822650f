#pragma once

#include <cstdint>

#include "graph/types.h"

namespace weft::onednn {

/// A shape around one axis: element (o, e, i) lies at (o * extent + e) * inner + i.
struct AxisBlocks {
  std::int64_t outer;
  std::int64_t extent;
  std::int64_t inner;

  AxisBlocks(const Shape& shape, std::int64_t axis)
      : outer(shape.volume_between(0, shape.axis(axis))),
        extent(shape[axis]),
        inner(shape.volume_between(shape.axis(axis) + 1, shape.rank())) {}
};

}  // namespace weft::onednn
