#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "graph/graph.h"
#include "models/layers/dropout.h"
#include "ops/ops.h"

// Recurrent networks: whole ones, and the parts that one with more to it is made of, such as a decoder with attention,
// whose weights are declared first and then serve every step.

namespace weft::layers {

enum class CellKind { gru, lstm };

/// The weights of a recurrent cell, of either kind.
using CellWeights = std::variant<GruWeights, LstmWeights>;

/// What a cell hands to its next step.
struct CellState {
  Value h;  ///< [batch, units]: what others read of it
  Value c;  ///< [batch, units], the LSTM's cell; null of a GRU
};

struct CellOptions {
  Initializer kernel = Initializer::glorot_uniform();
  Initializer recurrent_kernel = Initializer::orthogonal();
  DType dtype = DType::f32;
};
/// Declares the weights of a cell that reads [batch, in], under the current scope. Parameters: those of GruWeights or
/// LstmWeights (ops/ops.h), whose gates to forget begin open.
CellWeights declare_cell(Graph& graph, CellKind kind, std::int64_t in, std::int64_t units,
                         const CellOptions& options = {}, SourceLine where = SourceLine::current());

/// The state before the first step.
CellState zero_state(Graph& graph, CellKind kind, std::int64_t batch, std::int64_t units, DType dtype = DType::f32);

/// One step of a cell that reads x [batch, in]. Its recurrent product reads `recurrent` [batch, units]: the state's h
/// (null), or what dropout leaves of it.
CellState next_state(Value x, const CellState& state, const CellWeights& weights, Value recurrent = {});

/// condition [batch, 1] (bool) ? a : b, row by row.
CellState choose(Value condition, const CellState& a, const CellState& b);

struct UnrollOptions {
  bool backward = false;         ///< from the last step to the first
  Value within = {};             ///< [batch, time] (bool): where false, the state is carried over; null: nowhere
  std::string_view prefix = {};  ///< of the steps' scopes, "step0", ...
};
/// The states after each of the steps of a sequence, by their place in it. `next` makes the one after a step of the one
/// before, in the step's scope.
std::vector<CellState> unroll(std::int64_t time, CellState state, const UnrollOptions& options,
                              const std::function<CellState(std::int64_t step, const CellState& state)>& next);

struct RecurrentOptions {
  CellKind cell = CellKind::gru;
  std::int64_t layers = 1;
  bool bidirectional = false;  ///< each layer reads in both directions, and gives their outputs side by side
  Value lengths = {};          ///< i32 [batch]: past a row's length, its state is carried over; null: all are whole
  double dropout = 0.0;        ///< the rate, of what a layer reads of the one below (Zaremba et al., arXiv:1409.2329)
  Dropout draws = {};          ///< of it
  Initializer kernel = Initializer::glorot_uniform();
  Initializer recurrent_kernel = Initializer::orthogonal();
};
/// What a layer ends with, in each direction.
struct LayerState {
  CellState forward;
  CellState backward;  ///< null in one direction
};
struct Recurrent {
  Value outputs;                   ///< of the last layer, [batch, time, units], or twice the units in both directions
  std::vector<LayerState> states;  ///< of each layer
};
/// A stack of recurrent layers from a state of zeros: x [batch, time, in]. Parameters: those of the cells, below
/// "layer1", "layer2", ... for layers above the first, and below "backward" for the other direction.
Recurrent recurrent(Value x, std::int64_t units, std::string_view name, const RecurrentOptions& options = {},
                    SourceLine where = SourceLine::current());

/// One layer of it, in one direction: the outputs [batch, time, units].
Value gru(Value x, std::int64_t units, std::string_view name, SourceLine where = SourceLine::current());
Value lstm(Value x, std::int64_t units, std::string_view name, SourceLine where = SourceLine::current());

}  // namespace weft::layers
