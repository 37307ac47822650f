#pragma once

#include <cstdint>
#include <span>

#include "graph/types.h"

// What the pointwise halves of the recurrent cells share. Not for users.

namespace weft {

/// The number of units, after checking that `gates` [batch, gate_count * units] and every one of `states` (all of them
/// [batch, units]) belong together. Throws Error with both sides of a mismatch.
std::int64_t units_of(const TensorType& gates, std::int64_t gate_count, std::span<const TensorType> states);

}  // namespace weft
