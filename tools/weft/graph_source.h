#pragma once

#include <string>

#include "graph/graph.h"
#include "tools/weft/nmt_graph.h"

namespace weft::tool {

/// Where a command has its graph from: a file, or a model that is declared in the program.
struct GraphSource {
  std::string file;
  std::string model;
  NmtGraphOptions nmt;
};

/// Adds GRAPH (and --file), --model and the model's options.
void add_graph_source(CLI::App& command, GraphSource& source);

/// Reads or declares the graph. Throws a usage error unless one of file and model is given.
Graph load_source(const GraphSource& source);

}  // namespace weft::tool
