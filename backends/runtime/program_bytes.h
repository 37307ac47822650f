#pragma once

#include <cstddef>

#include "backends/runtime/execution.h"

namespace weft {

/// What an execution takes for itself, near enough to budget with: its graph with constants, and its kernels. Not
/// counted is what it shares with others (the arena, the variables with packed copies of them, oneDNN's primitives),
/// nor its inputs and outputs, which are the caller's when they are large.
std::size_t program_bytes(const Execution& program);

}  // namespace weft
