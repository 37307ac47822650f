#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "models/layers/recurrent.h"
#include "models/nmt/config/config.h"

namespace weft::nmt {

using layers::CellState;
using layers::CellWeights;

/// The state of the model's cells before the first step.
CellState zero_state(Graph& graph, std::int64_t rows, const ModelConfig& config);

/// The parts of a stack of layers' states under the names that they have between graphs: "state" and "state/cell" of
/// the first layer, "state/layer1" and "state/layer1/cell" of the next.
std::vector<std::pair<std::string, Value>> named_parts(const std::vector<CellState>& layers);

/// Declares the states of that many layers as inputs, under those names.
std::vector<CellState> declare_state_inputs(Graph& graph, std::int64_t rows, const ModelConfig& config);

}  // namespace weft::nmt
