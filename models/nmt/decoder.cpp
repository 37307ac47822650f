#include "models/nmt/decoder.h"

#include "models/nmt/steps.h"

namespace weft::nmt {

Value decoder_cell(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context, Value embedded,
                   Value state, const Dropout& dropout) {
  const Value parts[] = {context, embedded};
  const Value previous = config.variant == Variant::tutorial ? zeros(graph, state.shape()) : state;
  return gru_step(concat(parts, -1), previous, dropout.recurrent(previous, "decoder"), parameters.decoder_gru);
}

Value attended_lengths(const ModelConfig& config, Value lengths) {
  return config.variant == Variant::masked ? lengths : Value{};
}

}  // namespace weft::nmt
