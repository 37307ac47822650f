#pragma once

#include <functional>
#include <string_view>

#include "graph/graph.h"

namespace weft {

/// Whether a graph still shows what is looked for. Must not change it.
using Interesting = std::function<bool(const Graph& graph)>;

/// Shrinks a graph to a small one that is still interesting, by trying (delta debugging): with fewer outputs and
/// updates, with an earlier value as its only output, with parts of it replaced by inputs, with leaves replaced by
/// constants, with smaller extents. Every candidate is a valid graph; it is kept when it is interesting, and the search
/// ends when none of them is. Names stay; deterministic. `on_smaller` is called with each graph that is kept, and what
/// made it smaller. Returns the smallest. The graph itself must be interesting (not checked here).
Graph reduce_graph(const Graph& graph, const Interesting& interesting,
                   const std::function<void(const Graph& graph, std::string_view how)>& on_smaller = {});

}  // namespace weft
