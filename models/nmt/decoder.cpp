#include "models/nmt/decoder.h"

namespace weft::nmt {

std::vector<CellState> next_states(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context,
                                   Value token, const std::vector<CellState>& states) {
  const Value embedded = embedding(parameters.target_embedding, token);
  const Value parts[] = {context, embedded};
  std::vector<CellState> next;
  for (std::size_t layer = 0; layer < states.size(); ++layer) {
    const CellState previous =
        config.variant == Variant::tutorial ? zero_state(graph, states[layer].h.shape()[0], config) : states[layer];
    const Value x = layer == 0 ? concat(parts, -1) : next.back().h;
    next.push_back(next_state(x, previous, parameters.decoder[layer]));
  }
  return next;
}

Value word_logits(const Parameters& parameters, const std::vector<CellState>& states) {
  return dense(states.back().h, parameters.output_kernel, parameters.output_bias);
}

}  // namespace weft::nmt
