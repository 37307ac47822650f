#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "graph/graph.h"
#include "ops/ops.h"

namespace weft::nmt {

inline Value zeros(Graph& graph, const Shape& shape) { return broadcast(graph.constant(0.0), shape); }

/// Column `step` of ids [rows, time]: [rows].
inline Value ids_of_step(Value ids, std::int64_t step) {
  return reshape(slice(ids, 1, step, step + 1), {ids.shape()[0]});
}

/// Element `step` of the first axis.
inline Value step_of(Value x, std::int64_t step) { return reshape(slice(x, 0, step, step + 1), x.shape().without(0)); }

/// ids [...] (i32) -> bool [..., depth]: whether the last axis's place is the id.
inline Value is_at(Value ids, std::int64_t depth) {
  std::vector<std::int32_t> places(static_cast<std::size_t>(depth));
  std::iota(places.begin(), places.end(), 0);
  const Shape column = ids.shape().inserted(ids.shape().rank(), 1);
  return equal(reshape(ids, column), ids.graph().constant(Tensor::of<std::int32_t>({depth}, places)));
}

/// All rows (the first axis) `times` times, one copy behind the other.
inline Value repeat_rows(Value x, std::int64_t times) {
  if (times == 1 || !x) return x;
  const Value copies = broadcast(x, x.shape().inserted(0, times));
  return reshape(copies, x.shape().with(0, times * x.shape()[0]));
}

}  // namespace weft::nmt
