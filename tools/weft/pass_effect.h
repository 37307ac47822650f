#pragma once

#include <string>

#include "graph/graph.h"
#include "tools/inspect/tensor_draws.h"

namespace weft::tool {

/// What each pass of the pipeline that acts on a graph brings to it: the graph compiled with all passes and without each of these.
/// `runs`: how many runs are timed, on random inputs of that range, for the median; 0: none. As a table, which names the passes that do not act, or as
/// JSON.
std::string pass_effects(const Graph& graph, int runs, const inspect::DrawRange& range, bool json);

/// The same of every bundled model, without times: tables in Markdown.
std::string pass_effects_on_models();

/// The translator's training step that docs/performance.md speaks of: 64 sentences of 19 and 11 tokens, the tutorial's
/// sizes, masked. Its integers may be up to 5,000.
Graph padded_training_step();

}  // namespace weft::tool
