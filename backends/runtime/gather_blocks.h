#pragma once

#include <algorithm>
#include <cstdint>

#include "graph/base/error.h"
#include "graph/types.h"
#include "ops/forms.h"

namespace weft {

/// How a gather, or a scatter that is its transpose, sees its tensors: the one that is indexed as
/// [batch, outer, extent, inner], the indices as [batch, count], and the elements that they name as
/// [batch, outer, count, inner].
struct GatherBlocks {
  std::int64_t batch;
  std::int64_t outer;
  std::int64_t extent;
  std::int64_t inner;
  std::int64_t count;

  GatherBlocks(const Shape& indexed, const Shape& indices, const GatherForm& form)
      : batch(indices.volume_between(0, static_cast<std::size_t>(form.batch_axes))),
        outer(indexed.volume_between(static_cast<std::size_t>(form.batch_axes), indexed.axis(form.axis))),
        extent(indexed[form.axis]),
        inner(indexed.volume_between(indexed.axis(form.axis) + 1, indexed.rank())),
        count(indices.volume() / batch) {}

  /// Throws Error for an index that is no place along the axis.
  void check(const std::int32_t* indices) const {
    // Its highest bit is set by an index below 0 or above the last one; so it vectorises.
    std::uint32_t outside = 0;
    const auto last = static_cast<std::uint32_t>(std::min<std::int64_t>(extent - 1, INT32_MAX));
    for (std::int64_t i = 0; i < batch * count; ++i) {
      const auto index = static_cast<std::uint32_t>(indices[i]);
      outside |= index | (last - index);
    }
    if (outside >> 31U == 0) return;
    for (std::int64_t i = 0; i < batch * count; ++i)
      require(indices[i] >= 0 && indices[i] < extent, "index {} (element {}) is outside of an axis of {} elements",
              indices[i], i, extent);
  }
};

}  // namespace weft
