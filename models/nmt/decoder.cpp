#include "models/nmt/decoder.h"

#include "models/nmt/steps.h"

namespace weft::nmt {

Value decoder_cell(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context, Value token,
                   Value state) {
  const Value embedded = embedding(parameters.target_embedding, token);
  const Value parts[] = {context, embedded};
  const Value previous = config.variant == Variant::tutorial ? zeros(graph, state.shape()) : state;
  return gru_cell(concat(parts, -1), previous, parameters.decoder_gru);
}

Value attended_lengths(const ModelConfig& config, Value lengths) {
  return config.variant == Variant::masked ? lengths : Value{};
}

}  // namespace weft::nmt
