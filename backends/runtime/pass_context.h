#pragma once

#include <cstddef>
#include <optional>

#include "backends/runtime/backend.h"
#include "passes/pass.h"

namespace weft {

/// What passes ask when a graph is compiled for the backend: which ops it runs whole, and what nodes of constants are,
/// as its own kernels compute them. `memory_budget`: the most bytes that the arena may have.
PassContext pass_context(const Backend& backend, std::optional<std::size_t> memory_budget = {});

}  // namespace weft
