#pragma once

#include <cstdint>

#include "graph/types.h"

namespace weft::reference {

/// A row-major tensor seen from one axis: [outer, extent, inner].
struct AxisBlocks {
  std::int64_t outer;
  std::int64_t extent;
  std::int64_t inner;

  AxisBlocks(const Shape& shape, std::int64_t axis)
      : outer(shape.volume_between(0, shape.axis(axis))),
        extent(shape[axis]),
        inner(shape.volume_between(shape.axis(axis) + 1, shape.rank())) {}

  std::int64_t index(std::int64_t o, std::int64_t e, std::int64_t i) const { return (o * extent + e) * inner + i; }
};

}  // namespace weft::reference
