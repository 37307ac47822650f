#include "models/nmt/encoder.h"

#include <fmt/format.h>

#include "models/nmt/steps.h"

namespace weft::nmt {

Source declare_source(Graph& graph, std::int64_t rows, std::int64_t source_length) {
  return {graph.input("source", DType::i32, {rows, source_length}), graph.input("source_lengths", DType::i32, {rows})};
}

Encoded encode(Graph& graph, const Parameters& parameters, const ModelConfig& config, const Source& source) {
  const std::int64_t rows = source.ids.shape()[0];
  const std::int64_t time = source.ids.shape()[1];
  const Graph::Scope scope = graph.scope("encoder");
  const bool masked = config.variant == Variant::masked;
  const Value within = masked ? sequence_mask(source.lengths, time) : Value{};
  Value state = zeros(graph, {rows, config.units});
  std::vector<Value> states;
  for (std::int64_t step = 0; step < time; ++step) {
    const Graph::Scope step_scope = graph.scope(fmt::format("step{}", step));
    const Value embedded = embedding(parameters.source_embedding, ids_of_step(source.ids, step));
    const Value next = gru_cell(embedded, state, parameters.encoder_gru);
    state = masked ? select(slice(within, 1, step, step + 1), next, state) : next;
    states.push_back(state);
  }
  return {stack(states, 1), state};
}

}  // namespace weft::nmt
