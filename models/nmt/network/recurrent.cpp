#include "models/nmt/network/recurrent.h"

#include <fmt/format.h>
namespace weft::nmt {
namespace {

std::string state_name(std::size_t layer) { return layer == 0 ? "state" : fmt::format("state/layer{}", layer); }
std::string cell_name(std::size_t layer) { return state_name(layer) + "/cell"; }

}  // namespace

CellState zero_state(Graph& graph, std::int64_t rows, const ModelConfig& config) {
  return layers::zero_state(graph, config.cell, rows, config.units);
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
