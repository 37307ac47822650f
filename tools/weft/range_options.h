#pragma once

#include "tools/common/command_line.h"
#include "tools/inspect/tensor_draws.h"

namespace weft::tool {

/// Adds --low, --high, --integer-low and --integer-high.
void add_range_options(const Command& command, inspect::DrawRange& range);

/// Throws a usage error when the range is empty.
void require_range(const inspect::DrawRange& range);

}  // namespace weft::tool
