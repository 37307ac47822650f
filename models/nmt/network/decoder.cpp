#include "models/nmt/network/decoder.h"

#include <fmt/format.h>

#include <cmath>

namespace weft::nmt {

std::vector<CellState> next_states(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context,
                                   Value embedded, const std::vector<CellState>& states, const Dropout& dropout,
                                   std::int64_t step) {
  const Value parts[] = {context, embedded};
  std::vector<CellState> next;
  for (std::size_t layer = 0; layer < states.size(); ++layer) {
    const CellState previous =
        config.variant == Variant::tutorial ? zero_state(graph, states[layer].h.shape()[0], config) : states[layer];
    const Value x = layer == 0 ? concat(parts, -1) : dropout.between_layers(next.back().h, "decoder", layer, step);
    const Value recurrent = dropout.recurrent(previous.h, fmt::format("decoder/{}", layer));
    next.push_back(layers::next_state(x, previous, parameters.decoder[layer], recurrent));
  }
  return next;
}

Value word_logits(const Parameters& parameters, Value state) {
  const auto& [kernel, bias] = parameters.output;
  if (kernel) return dense(state, kernel, bias);
  const Value vectors = parameters.target_embedding;
  const double scale = 1.0 / std::sqrt(static_cast<double>(vectors.shape()[1]));
  const Value query = matmul(state, parameters.output_projection) * scale;
  return matmul(query, vectors, false, true) + bias;
}

}  // namespace weft::nmt
