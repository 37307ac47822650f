#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "tools/common/command_line.h"
#include "tools/weft/nmt_graph.h"

namespace weft::tool {

inline constexpr const char* graph_file_help = "JSON, or text (docs/ir.md); -: standard input";

/// Reads the graph of a file; "-" is standard input.
Graph load_graph_file(const std::string& file);

/// Where a command takes its graph from: a file, standard input, or a model.
struct GraphSource {
  std::string file;
  std::string model;
  NmtGraphOptions nmt;
  std::vector<Option> of_nmt;  ///< the options that only the translator has
};

/// Adds the positional GRAPH (also --file; "-" is standard input), --model and the options of the models.
void add_graph_source(const Command& command, GraphSource& source);

/// Whether a source is given.
bool is_given(const GraphSource& source);

/// Reads or declares the graph. Throws UsageError unless exactly one source is given, or for options of the translator
/// with another model; and Error for a graph that cannot be read.
Graph load_source(const GraphSource& source);

}  // namespace weft::tool
