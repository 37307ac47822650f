#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "graph/graph.h"
#include "models/nmt/config/config.h"
#include "ops/ops.h"

namespace weft::nmt {

/// The weights of a recurrent cell, of either kind.
using CellWeights = std::variant<GruWeights, LstmWeights>;

/// What a cell hands to its next step.
struct CellState {
  Value h;  ///< [rows, units]: what others read of it
  Value c;  ///< [rows, units], the LSTM's cell; null of a GRU
};

/// The state before the first step.
CellState zero_state(Graph& graph, std::int64_t rows, const ModelConfig& config);

/// One step of a cell that reads x [rows, in], and whose recurrent product reads `recurrent` [rows, units]: the state's
/// h, or what dropout leaves of it.
CellState next_state(Value x, const CellState& state, const CellWeights& weights, Value recurrent);

/// condition [rows, 1] (bool) ? a : b, row by row.
CellState choose(Value condition, const CellState& a, const CellState& b);

/// The parts of a stack of layers' states under the names that they have between graphs: "state" and "state/cell" of
/// the first layer, "state/layer1" and "state/layer1/cell" of the next.
std::vector<std::pair<std::string, Value>> named_parts(const std::vector<CellState>& layers);

/// Declares the states of that many layers as inputs, under those names.
std::vector<CellState> declare_state_inputs(Graph& graph, std::int64_t rows, const ModelConfig& config);

}  // namespace weft::nmt
