#pragma once

#include <cstddef>

#include "graph/graph.h"

namespace weft {

/// What "in place" means, for the planner as for its check: a kernel may write the result over the memory of that
/// operand when the op lets it be written over every operand that this value is given as. (An update that has one
/// variable as its parameter and as its gradient may not: no op says that its gradient may be written over.)
bool may_write_over(const Node& node, std::size_t result, ValueId operand);

}  // namespace weft
