#pragma once

#include <vector>

#include "graph/graph.h"

// What minimum and maximum share.

namespace weft {

/// The cotangent goes to the operand that is the result; where both are, each gets half of it.
std::vector<Value> gradient_of_extremum(const GradientContext& context);

}  // namespace weft
