#pragma once

#include <cstdint>
#include <optional>

#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft::inspect {

/// Where random numbers come from: floating-point ones from [low, high), integers from both ends included.
struct DrawRange {
  double low = -1.0;
  double high = 1.0;
  /// Floating-point scalars, such as a learning rate, come from [0, rate_high) where that is given.
  std::optional<double> rate_high = {};
  std::int32_t integer_low = 1;
  std::int32_t integer_high = 2;
};

/// A tensor for each input of the graph, the same for the same seed and name; bools are drawn from both.
TensorMap draw_inputs(const Graph& graph, std::uint64_t seed, const DrawRange& range);

}  // namespace weft::inspect
