#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "models/nmt/config/settings.h"
#include "tools/common/command_line.h"

namespace weft::tool {

/// Which graph of the translator, in which sizes.
struct NmtGraphOptions {
  std::string graph = "training";
  std::int64_t rows = 64;
  std::int64_t source_length = 8;
  std::int64_t target_length = 8;
  nmt::SettingValues settings;           ///< of the model, and of training what changes its graph; else the preset's
  std::map<std::string, bool> switches;  ///< likewise, those that are on or off
  double dropout = 0.0;                  ///< everywhere where the training graph may have it
};

/// Adds the options, all of which need `model` to be given, and returns them.
std::vector<Option> add_nmt_graph_options(const Command& command, NmtGraphOptions& options, const Option& model);

/// Declares the graph. Throws Error for sizes that no tensor can have, and for options that make no sense together.
Graph build_nmt_graph(const NmtGraphOptions& options);

}  // namespace weft::tool
