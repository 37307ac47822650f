#pragma once

#include <algorithm>

#include "backends/reference/dispatch.h"
#include "ops/collective/sharding.h"

namespace weft::reference {

/// Of a value its shard, which has all, as there is one process, or the other way round: behind the elements of the
/// smaller one there are zeros.
inline Kernel copy_filled(const KernelSpec& spec) {
  sharding_among(spec.node.attributes, 1);
  return dispatch_any(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t size = spec.results[0].shape.volume();
    const std::int64_t count = std::min(spec.operands[0].shape.volume(), size);
    return {[=](const KernelBuffers& buffers) {
      std::copy_n(buffers.operand<T>(0), count, buffers.result<T>(0));
      std::fill_n(buffers.result<T>(0) + count, size - count, T{});
    }};
  });
}

}  // namespace weft::reference
