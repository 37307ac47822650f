#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// The variables that have channels in the graph of an update, by channel: those that one program is to start when it
/// has made them, and to wait for before it reads them (CompileOptions::exchanged).
struct ExchangedVariables {
  std::vector<std::string> sums = {};
  std::vector<std::string> parameters = {};  ///< "" where an all_gather has none
};
ExchangedVariables exchanged_variables(const Graph& update);

}  // namespace weft
