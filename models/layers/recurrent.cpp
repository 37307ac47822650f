#include "models/layers/recurrent.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "graph/base/error.h"

namespace weft::layers {
namespace {

/// gru_cell whose recurrent product reads `recurrent` in place of h.
Value gru_step(Value x, Value h, const GruWeights& weights, Value recurrent) {
  if (recurrent == h) return gru_cell(x, h, weights);
  return gru_gates(weft::dense(x, weights.kernel, weights.input_bias),
                   weft::dense(recurrent, weights.recurrent_kernel, weights.recurrent_bias), h);
}

/// x [batch, time, in] as `time` values [batch, in].
std::vector<Value> steps_of(Value x) {
  std::vector<Value> steps;
  for (std::int64_t t = 0; t < x.shape()[1]; ++t)
    steps.push_back(reshape(slice(x, 1, t, t + 1), {x.shape()[0], x.shape()[2]}));
  return steps;
}

void require_sequence(Value x, std::string_view layer, std::string_view name) {
  require(x.shape().rank() == 3, "{} '{}': x is {}: [batch, time, in] is needed", layer, name, x.type());
}

}  // namespace

CellWeights declare_cell(Graph& graph, CellKind kind, std::int64_t in, std::int64_t units, const CellOptions& options,
                         SourceLine where) {
  const auto parameter = [&](std::string_view name, const Shape& shape, const Initializer& initializer) {
    return graph.parameter(name, shape, initializer, options.dtype, where);
  };
  const std::int64_t gates = kind == CellKind::gru ? 3 * units : 4 * units;
  const Value kernel = parameter("kernel", {in, gates}, options.kernel);
  const Value recurrent_kernel = parameter("recurrent_kernel", {units, gates}, options.recurrent_kernel);
  if (kind == CellKind::lstm)
    return LstmWeights{kernel, recurrent_kernel, parameter("bias", {gates}, Initializer::unit_forget_bias())};
  const Value input_bias = parameter("input_bias", {gates}, Initializer::zeros());
  return GruWeights{kernel, recurrent_kernel, input_bias, parameter("recurrent_bias", {gates}, Initializer::zeros())};
}

CellState zero_state(Graph& graph, CellKind kind, std::int64_t batch, std::int64_t units, DType dtype) {
  const Value h = broadcast(graph.constant(0.0, dtype), {batch, units});
  return {h, kind == CellKind::lstm ? h : Value{}};
}

CellState next_state(Value x, const CellState& state, const CellWeights& weights, Value recurrent) {
  if (!recurrent) recurrent = state.h;
  if (const auto* gru = std::get_if<GruWeights>(&weights)) return {gru_step(x, state.h, *gru, recurrent), {}};
  const LstmState next = lstm_cell(x, {recurrent, state.c}, std::get<LstmWeights>(weights));
  return {next.h, next.c};
}

CellState choose(Value condition, const CellState& a, const CellState& b) {
  const Value h = select(condition, a.h, b.h);
  return {h, a.c ? select(condition, a.c, b.c) : Value{}};
}

std::vector<CellState> unroll(std::int64_t time, CellState state, const UnrollOptions& options,
                              const std::function<CellState(std::int64_t step, const CellState& state)>& next) {
  Graph& graph = state.h.graph();
  std::vector<CellState> states(static_cast<std::size_t>(time));
  for (std::int64_t i = 0; i < time; ++i) {
    const std::int64_t step = options.backward ? time - 1 - i : i;
    const Graph::Scope scope = graph.scope(fmt::format("{}step{}", options.prefix, step));
    const CellState after = next(step, state);
    state = options.within ? choose(slice(options.within, 1, step, step + 1), after, state) : after;
    states[static_cast<std::size_t>(step)] = state;
  }
  return states;
}

// The products of all steps with the input become one product when the graph is compiled (batch-over-time).
Recurrent recurrent(Value x, std::int64_t units, std::string_view name, const RecurrentOptions& options,
                    SourceLine where) {
  require_sequence(x, "recurrent", name);
  require(options.layers > 0, "recurrent '{}': {} layers, at least one is needed", name, options.layers);
  Graph& graph = x.graph();
  const std::int64_t batch = x.shape()[0], time = x.shape()[1];
  const Graph::Scope scope = graph.scope(name, where);
  const Value within = options.lengths ? sequence_mask(options.lengths, time) : Value{};
  const CellOptions cell{options.kernel, options.recurrent_kernel, x.dtype()};
  const CellState zero = zero_state(graph, options.cell, batch, units, x.dtype());
  Recurrent result;
  std::vector<Value> inputs = steps_of(x);
  const auto run_layer = [&](std::int64_t layer) {
    const auto read = [&](bool backward) {
      const CellWeights weights = declare_cell(graph, options.cell, inputs[0].shape()[1], units, cell, where);
      return unroll(time, zero, {.backward = backward, .within = within},
                    [&](std::int64_t step, const CellState& state) {
                      return next_state(inputs[static_cast<std::size_t>(step)], state, weights);
                    });
    };
    const std::vector<CellState> forward = read(false);
    std::vector<Value> outputs;
    for (const CellState& state : forward) outputs.push_back(state.h);
    result.states.push_back({forward.back(), {}});
    if (options.bidirectional) {
      const Graph::Scope backward_scope = graph.scope("backward");
      const std::vector<CellState> backward = read(true);
      for (std::size_t t = 0; t < outputs.size(); ++t) outputs[t] = concat({outputs[t], backward[t].h}, -1);
      result.states.back().backward = backward.front();
    }
    if (layer + 1 < options.layers)
      for (std::size_t t = 0; t < outputs.size(); ++t)
        outputs[t] = options.draws(outputs[t], options.dropout, fmt::format("{}/layer{}/{}", name, layer + 1, t));
    inputs = std::move(outputs);
  };
  run_layer(0);
  for (std::int64_t layer = 1; layer < options.layers; ++layer) {
    const Graph::Scope layer_scope = graph.scope(fmt::format("layer{}", layer));
    run_layer(layer);
  }
  result.outputs = stack(inputs, 1);
  return result;
}

Value gru(Value x, std::int64_t units, std::string_view name, SourceLine where) {
  require_sequence(x, "gru", name);
  return recurrent(x, units, name, {.cell = CellKind::gru}, where).outputs;
}

Value lstm(Value x, std::int64_t units, std::string_view name, SourceLine where) {
  require_sequence(x, "lstm", name);
  return recurrent(x, units, name, {.cell = CellKind::lstm}, where).outputs;
}

}  // namespace weft::layers
