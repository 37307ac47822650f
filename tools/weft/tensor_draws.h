#pragma once

#include <cstdint>

#include "graph/graph.h"
#include "graph/tensor.h"
#include "tools/common/command_line.h"

namespace weft::tool {

/// Where random numbers come from: floating-point ones from [low, high), integers from both ends included.
struct DrawRange {
  double low = -1.0;
  double high = 1.0;
  std::int32_t integer_low = 1;
  std::int32_t integer_high = 2;
};

/// Adds --low, --high, --integer-low and --integer-high.
void add_range_options(const Command& command, DrawRange& range);

/// Throws a usage error when the range is empty.
void require_range(const DrawRange& range);

/// A tensor for each input of the graph, the same for the same seed and name; bools are drawn from both.
TensorMap draw_inputs(const Graph& graph, std::uint64_t seed, const DrawRange& range);

}  // namespace weft::tool
