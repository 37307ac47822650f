#pragma once

#include <algorithm>

#include "backends/reference/dispatch.h"
#include "graph/base/error.h"
#include "ops/collective/sharding.h"

namespace weft::reference {

/// Throws Error when the node is for several processes.
inline void require_one_process(const KernelSpec& spec) {
  const Sharding sharding = sharding_of(spec.node.attributes);
  require(sharding.processes == 1, "{} '{}': it is for {} processes, one runs the graph", spec.node.op->name,
          spec.node.name, sharding.processes);
}

/// Of a value its shard, which has all, as there is one process, or the other way round: behind the elements of the
/// smaller one there are zeros.
inline Kernel copy_filled(const KernelSpec& spec) {
  require_one_process(spec);
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
