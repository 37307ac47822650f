#pragma once

#include <cstdint>

#include "graph/graph.h"
#include "ops/ops.h"

namespace weft::nmt {

inline Value zeros(Graph& graph, const Shape& shape) { return broadcast(graph.constant(0.0), shape); }

/// Column `step` of ids [rows, time]: [rows].
inline Value ids_of_step(Value ids, std::int64_t step) {
  return reshape(slice(ids, 1, step, step + 1), {ids.shape()[0]});
}

}  // namespace weft::nmt
