#include "models/nmt/network/model.h"

#include <fmt/format.h>

#include "graph/base/error.h"
#include "models/nmt/network/attention.h"
#include "models/nmt/network/decoder.h"
#include "models/nmt/network/encoder.h"
#include "models/nmt/network/steps.h"

namespace weft::nmt {
namespace {

bool has_attention(const ModelConfig& config) { return config.attention != AttentionKind::none; }

/// Of each sentence, as many rows as there are samples.
Encoded repeated(const Encoded& encoded, std::int64_t samples) {
  Encoded rows{repeat_rows(encoded.values, samples), repeat_rows(encoded.summary, samples), {}, {}};
  for (const CellState& layer : encoded.state)
    rows.state.push_back({repeat_rows(layer.h, samples), repeat_rows(layer.c, samples)});
  return rows;
}

}  // namespace

Forward declare_forward(Graph& graph, const Parameters& parameters, const ModelConfig& config, const ModelShape& shape,
                        const Sampling& sampling, const Dropout& dropout) {
  require(shape.target_length >= 2, "a target of {} tokens has nothing to predict: <start> and <end> are needed",
          shape.target_length);
  const Source source = declare_source(graph, shape.rows, shape.source_length);
  const Value targets_of_rows = graph.input("target", DType::i32, {shape.rows, shape.target_length});
  const Encoded encoded = repeated(encode(graph, parameters, config, source, dropout), sampling.samples);
  const Value target = repeat_rows(targets_of_rows, sampling.samples);
  const Value lengths = repeat_rows(source.lengths, sampling.samples);

  const Graph::Scope scope = graph.scope("decoder");
  const SourceMemory memory = memory_of(encoded, config, lengths);
  std::vector<CellState> states = encoded.state;
  std::vector<Value> logits;
  std::vector<Value> weights;
  std::vector<Value> log_probabilities;
  std::vector<Value> entropies;
  for (std::int64_t step = 0; step + 1 < shape.target_length; ++step) {
    const Graph::Scope step_scope = graph.scope(fmt::format("step{}", step));
    const PositionChoice choice{sampling.noise ? step_of(sampling.noise, step) : Value{}, sampling.expected};
    const Look look = look_at_source(states.back().h, memory, parameters.attention, config, choice);
    const Value embedded = embedding(parameters.target_embedding, ids_of_step(target, step));
    states = next_states(graph, parameters, config, dropout.context(look.context, step),
                         dropout.embedding(embedded, "decoder", step), states, dropout, step);
    logits.push_back(word_logits(parameters, dropout.output(states.back().h, step)));
    if (look.weights) weights.push_back(look.weights);
    if (look.log_probability) {
      log_probabilities.push_back(look.log_probability);
      entropies.push_back(look.entropy);
    }
  }
  Forward forward;
  forward.expected = sampling.expected;
  forward.targets = transpose(slice(target, 1, 1, shape.target_length), {1, 0});
  forward.logits = stack(logits, 0);
  if (!weights.empty()) forward.attention_weights = stack(weights, 1);
  if (!log_probabilities.empty()) {
    forward.position_log_probabilities = stack(log_probabilities, 0);
    forward.position_entropies = stack(entropies, 0);
  }
  return forward;
}

Graph forward_graph(const ModelConfig& config, const ModelShape& shape) {
  Graph graph("nmt_forward");
  const Forward forward = declare_forward(graph, declare_parameters(graph, config), config, shape);
  graph.output("logits", transpose(forward.logits, {1, 0, 2}));
  if (has_attention(config)) graph.output("attention_weights", forward.attention_weights);
  return graph;
}

Graph encoder_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length) {
  Graph graph("nmt_encoder");
  const Parameters parameters = declare_parameters(graph, config);
  const Source source = declare_source(graph, rows, source_length);
  const Encoded encoded = encode(graph, parameters, config, source);
  SourceMemory memory = memory_of(encoded, config, source.lengths);
  memory.keys = keys_of(memory, parameters.attention, config);
  for (const auto& [name, value] : named_parts(memory)) graph.output(name, value);
  for (const auto& [name, value] : named_parts(encoded.state)) graph.output(name, value);
  return graph;
}

Graph self_attention_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length) {
  require(config.self_attention, "the encoder has no self-attention: 'self-attention' is false");
  Graph graph("nmt_self_attention");
  const Parameters parameters = declare_parameters(graph, config);
  const Source source = declare_source(graph, rows, source_length);
  const SelfAttention attended = encode(graph, parameters, config, source).self_attention;
  const Value nothing = zeros(graph, {rows, source_length});
  std::vector<Value> steps;
  for (std::int64_t step = 0; step < source_length; ++step) {
    const auto at = static_cast<std::size_t>(step);
    Value row = nothing;
    if (attended.before[at]) row = row + pad(attended.before[at], 1, 0, source_length - step);
    if (!attended.after.empty() && attended.after[at]) row = row + pad(attended.after[at], 1, step + 1, 0);
    steps.push_back(row);
  }
  graph.output("weights", stack(steps, 1));
  return graph;
}

bool is_state(std::string_view name) { return name.starts_with("state"); }

Graph decoder_step_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length, StepResult result) {
  Graph graph("nmt_decoder_step");
  const Parameters parameters = declare_parameters(graph, config);
  const SourceMemory memory = declare_memory_inputs(graph, config, rows, source_length);
  const Value token = graph.input("token", DType::i32, {rows});
  const std::vector<CellState> states = declare_state_inputs(graph, rows, config);

  const Graph::Scope scope = graph.scope("decoder");
  const Look look = look_at_source(states.back().h, memory, parameters.attention, config);
  const std::vector<CellState> next =
      next_states(graph, parameters, config, look.context, embedding(parameters.target_embedding, token), states);
  const Value logits = word_logits(parameters, next.back().h);
  if (result == StepResult::next_token) {
    graph.output("next_token", argmax(logits, -1));
  } else {
    graph.output("logits", logits);
    graph.output("log_probabilities", log_softmax(logits));
  }
  for (const auto& [name, value] : named_parts(next)) graph.output("next_" + name, value);
  if (has_attention(config)) graph.output("attention_weights", look.weights);
  return graph;
}

}  // namespace weft::nmt
