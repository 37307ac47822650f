#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "graph/graph.h"

namespace weft {

/// 1 / (1 + exp(-x)), whose gradient is NaN by hand where the exponential overflows; or x / (1 + exp(-x)), silu.
struct SigmoidByHand {
  ValueId x;
  bool times_x = false;
};

std::optional<SigmoidByHand> sigmoid_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses);

}  // namespace weft
