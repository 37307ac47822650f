#pragma once

#include <string>
#include <vector>

#include "backends/backend.h"
#include "graph/graph.h"
#include "passes/pass.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace weft::tool {

/// The pipeline of passes up to and including `last`, without the passes named in `without`. `last` is "compilation"
/// (all of them), a pass's name (its first time in the pipeline) or its number there, counted from 1. Throws Error for
/// a pass that is unknown or not in the pipeline.
std::vector<const Pass*> pipeline_until(const std::string& last, const std::vector<std::string>& without);

/// Runs passes on the graph as compiling for that backend does.
void run_passes_for(Graph& graph, const Backend& backend, const std::vector<const Pass*>& passes,
                    const PassObserver& observer = {});

/// Adds --disable-pass (or --without), which may be repeated: names of passes that compiling leaves out.
CLI::Option* add_disabled_passes_option(CLI::App& command, std::vector<std::string>& names);
/// Adds --check-passes.
CLI::Option* add_check_passes_option(CLI::App& command, bool& check);

}  // namespace weft::tool
