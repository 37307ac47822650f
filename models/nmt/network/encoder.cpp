#include "models/nmt/network/encoder.h"

#include <fmt/format.h>

#include <functional>

#include "models/nmt/network/self_attention.h"
#include "models/nmt/network/steps.h"

namespace weft::nmt {
namespace {

/// What all layers share.
struct Steps {
  std::int64_t rows;
  std::int64_t time;
  Value within;  ///< [rows, time] (bool): whether the step is of the sentence; null: all are
};

/// The input of a layer at a step, [rows, in]; called within the step's scope.
using InputOf = std::function<Value(std::int64_t step)>;

/// What a cell makes of the sentence, by the step's place in it.
struct Reading {
  std::vector<CellState> states;  ///< after the step
  std::vector<Value> attended;    ///< with self-attention: the weights of the steps that were read before
};

/// Read backwards, padding comes first, and the state stays zero until the sentence's end is met.
Reading run_cell(Graph& graph, const ModelConfig& config, const EncoderCell& weights, const Steps& steps,
                 const InputOf& input, bool backward, std::string_view scope_prefix, const Dropout& dropout) {
  const CellState zero = zero_state(graph, steps.rows, config);
  Reading reading{{}, std::vector<Value>(weights.memory ? static_cast<std::size_t>(steps.time) : 0)};
  std::optional<Memory> memory;
  if (weights.memory) memory.emplace(*weights.memory, zero, steps.within, backward);
  const layers::UnrollOptions way{.backward = backward, .within = steps.within, .prefix = scope_prefix};
  reading.states = layers::unroll(steps.time, zero, way, [&](std::int64_t step, const CellState& state) {
    if (memory && step != (backward ? steps.time - 1 : 0)) memory->keep(state);
    const Value x = input(step);
    const CellState previous = memory ? memory->recall(x) : state;
    if (memory) reading.attended[static_cast<std::size_t>(step)] = memory->recalled_weights();
    return layers::next_state(x, previous, weights.cell,
                              dropout.recurrent(previous.h, fmt::format("encoder/{}", scope_prefix)));
  });
  return reading;
}

Value side_by_side(Value a, Value b) {
  const Value parts[] = {a, b};
  return concat(parts, -1);
}

/// The decoder's first state: the encoder's last one; or of the last ones of both directions, as Bahdanau et al. make
/// it of one of them, h = tanh([h_forward h_backward] W + b), and likewise c, without the tanh, which has no bounds.
CellState bridge(const BridgeWeights& weights, const CellState& forward, const CellState& backward) {
  const Value h = tanh(dense(side_by_side(forward.h, backward.h), weights.h_kernel, weights.h_bias));
  if (!forward.c) return {h, {}};
  return {h, dense(side_by_side(forward.c, backward.c), weights.c_kernel, weights.c_bias)};
}

}  // namespace

Source declare_source(Graph& graph, std::int64_t rows, std::int64_t source_length) {
  return {graph.input("source", DType::i32, {rows, source_length}), graph.input("source_lengths", DType::i32, {rows})};
}

Encoded encode(Graph& graph, const Parameters& parameters, const ModelConfig& config, const Source& source,
               const Dropout& dropout) {
  const std::int64_t time = source.ids.shape()[1];
  const Graph::Scope scope = graph.scope("encoder");
  const bool masked = config.variant == Variant::masked;
  const Steps steps{source.ids.shape()[0], time, masked ? sequence_mask(source.lengths, time) : Value{}};

  Encoded encoded;
  std::vector<Value> outputs;  // of the layer before, by step
  InputOf input = [&](std::int64_t step) {
    return dropout.embedding(embedding(parameters.source_embedding, ids_of_step(source.ids, step)), "encoder", step);
  };
  for (std::size_t layer = 0; layer < parameters.encoder.size(); ++layer) {
    // "encoder/step0" is the first layer's, "encoder/layer1/backward/step0" the next one's.
    const std::string prefix = layer == 0 ? std::string() : fmt::format("layer{}/", layer);
    const EncoderLayer& weights = parameters.encoder[layer];
    Reading forward = run_cell(graph, config, weights.forward, steps, input, false, prefix, dropout);
    const CellState& last = forward.states.back();
    std::vector<Value> above;
    for (const CellState& state : forward.states) above.push_back(state.h);
    encoded.self_attention = {std::move(forward.attended), {}};
    if (weights.backward) {
      Reading backward = run_cell(graph, config, *weights.backward, steps, input, true, prefix + "backward/", dropout);
      for (std::size_t step = 0; step < above.size(); ++step)
        above[step] = side_by_side(above[step], backward.states[step].h);
      const CellState& first = backward.states.front();
      encoded.state.push_back(bridge(parameters.bridge[layer], last, first));
      encoded.summary = side_by_side(last.h, first.h);
      encoded.self_attention.after = std::move(backward.attended);
    } else {
      encoded.state.push_back(last);
      encoded.summary = last.h;
    }
    outputs = std::move(above);
    input = [&, layer](std::int64_t step) {
      return dropout.between_layers(outputs[static_cast<std::size_t>(step)], "encoder", layer + 1, step);
    };
  }
  encoded.values = stack(outputs, 1);
  return encoded;
}

}  // namespace weft::nmt
