#pragma once

#include <string>

#include "graph/graph.h"

namespace weft::tool {

/// What a graph holds, for people: its leaves and outputs, its size, its nodes by op with their cost. `with_memory`:
/// the memory that its values need as well.
std::string summary(const Graph& graph, bool with_memory);

/// "1.5 MiB".
std::string bytes_text(double bytes);

}  // namespace weft::tool
