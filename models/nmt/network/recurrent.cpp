#include "models/nmt/network/recurrent.h"

#include <fmt/format.h>

#include "models/nmt/network/steps.h"

namespace weft::nmt {
namespace {

std::string state_name(std::size_t layer) { return layer == 0 ? "state" : fmt::format("state/layer{}", layer); }
std::string cell_name(std::size_t layer) { return state_name(layer) + "/cell"; }

/// gru_cell whose recurrent product reads `recurrent` in place of h.
Value gru_step(Value x, Value h, const GruWeights& weights, Value recurrent) {
  if (recurrent == h) return gru_cell(x, h, weights);
  return gru_gates(dense(x, weights.kernel, weights.input_bias),
                   dense(recurrent, weights.recurrent_kernel, weights.recurrent_bias), h);
}

}  // namespace

CellState zero_state(Graph& graph, std::int64_t rows, const ModelConfig& config) {
  const Value h = zeros(graph, {rows, config.units});
  return {h, config.cell == CellKind::lstm ? h : Value{}};
}

CellState next_state(Value x, const CellState& state, const CellWeights& weights, Value recurrent) {
  if (const auto* gru = std::get_if<GruWeights>(&weights)) return {gru_step(x, state.h, *gru, recurrent), {}};
  const LstmState next = lstm_cell(x, {recurrent, state.c}, std::get<LstmWeights>(weights));
  return {next.h, next.c};
}

CellState choose(Value condition, const CellState& a, const CellState& b) {
  const Value h = select(condition, a.h, b.h);
  return {h, a.c ? select(condition, a.c, b.c) : Value{}};
}

std::vector<std::pair<std::string, Value>> named_parts(const std::vector<CellState>& layers) {
  std::vector<std::pair<std::string, Value>> parts;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    parts.emplace_back(state_name(layer), layers[layer].h);
    if (layers[layer].c) parts.emplace_back(cell_name(layer), layers[layer].c);
  }
  return parts;
}

std::vector<CellState> declare_state_inputs(Graph& graph, std::int64_t rows, const ModelConfig& config) {
  std::vector<CellState> layers(static_cast<std::size_t>(config.layers));
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    layers[layer].h = graph.input(state_name(layer), DType::f32, {rows, config.units});
    if (config.cell == CellKind::lstm)
      layers[layer].c = graph.input(cell_name(layer), DType::f32, {rows, config.units});
  }
  return layers;
}

}  // namespace weft::nmt
