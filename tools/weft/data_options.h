#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "backends/runtime/variables.h"
#include "graph/graph.h"
#include "graph/tensor.h"
#include "tools/common/command_line.h"
#include "tools/inspect/tensor_draws.h"

namespace weft::tool {

/// What a command runs a graph on.
struct DataOptions {
  std::string inputs;
  std::optional<std::uint64_t> random_inputs;
  inspect::DrawRange range;
  std::string weights;
  std::uint64_t seed = 1;
};

/// Adds --inputs, --random-inputs with its range, --weights and --seed.
void add_data_options(const Command& command, DataOptions& options);

/// The graph's inputs, from the file or drawn at random. Throws Error when it has inputs and neither is given, and for
/// a file that does not fit; a usage error for an empty range.
TensorMap inputs_for(const Graph& graph, const DataOptions& options);

/// The graph's parameters and states: from the file, or as their initialisers and the seed make them.
std::shared_ptr<Variables> variables_for(const Graph& graph, const DataOptions& options);

}  // namespace weft::tool
