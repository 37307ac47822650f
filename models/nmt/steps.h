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

/// gru_cell whose recurrent product sees `dropped` in place of the state.
inline Value gru_step(Value x, Value state, Value dropped, const GruWeights& weights) {
  if (dropped == state) return gru_cell(x, state, weights);
  return gru_gates(dense(x, weights.kernel, weights.input_bias),
                   dense(dropped, weights.recurrent_kernel, weights.recurrent_bias), state);
}

}  // namespace weft::nmt
