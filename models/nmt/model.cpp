#include "models/nmt/model.h"

#include <fmt/format.h>

#include "graph/error.h"
#include "models/nmt/decoder.h"
#include "models/nmt/encoder.h"
#include "models/nmt/steps.h"

namespace weft::nmt {

Forward declare_forward(Graph& graph, const Parameters& parameters, const ModelConfig& config, const ModelShape& shape,
                        const Dropout& dropout) {
  require(shape.target_length >= 2, "a target of {} tokens has nothing to predict: <start> and <end> are needed",
          shape.target_length);
  const Source source = declare_source(graph, shape.rows, shape.source_length);
  const Value target = graph.input("target", DType::i32, {shape.rows, shape.target_length});
  const Encoded encoded = encode(graph, parameters, config, source, dropout);

  const Graph::Scope scope = graph.scope("decoder");
  Value state = encoded.state;
  std::vector<Value> logits;
  std::vector<Value> weights;
  for (std::int64_t step = 0; step + 1 < shape.target_length; ++step) {
    const Graph::Scope step_scope = graph.scope(fmt::format("step{}", step));
    const Attention attention =
        additive_attention(state, encoded.values, parameters.attention, attended_lengths(config, source.lengths));
    const Value context = dropout.context(attention.context, step);
    const Value embedded =
        dropout.embedding(embedding(parameters.target_embedding, ids_of_step(target, step)), "decoder", step);
    state = decoder_cell(graph, parameters, config, context, embedded, state, dropout);
    logits.push_back(dense(dropout.output(state, step), parameters.output_kernel, parameters.output_bias));
    weights.push_back(attention.weights);
  }
  const Value targets = transpose(slice(target, 1, 1, shape.target_length), {1, 0});
  return {stack(logits, 0), stack(weights, 1), targets};
}

Graph forward_graph(const ModelConfig& config, const ModelShape& shape) {
  Graph graph("nmt_forward");
  const Forward forward = declare_forward(graph, declare_parameters(graph, config), config, shape);
  graph.output("logits", transpose(forward.logits, {1, 0, 2}));
  graph.output("attention_weights", forward.attention_weights);
  return graph;
}

Graph encoder_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length) {
  Graph graph("nmt_encoder");
  const Parameters parameters = declare_parameters(graph, config);
  const Source source = declare_source(graph, rows, source_length);
  const Encoded encoded = encode(graph, parameters, config, source);
  graph.output("values", encoded.values);
  graph.output("keys", attention_keys(encoded.values, parameters.attention));
  graph.output("state", encoded.state);
  return graph;
}

bool is_state(std::string_view name) { return name.starts_with("state"); }

Graph decoder_step_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length, StepResult result) {
  Graph graph("nmt_decoder_step");
  const Parameters parameters = declare_parameters(graph, config);
  const Value values = graph.input("values", DType::f32, {rows, source_length, config.units});
  const Value keys = graph.input("keys", DType::f32, {rows, source_length, config.units});
  const Value lengths = graph.input("source_lengths", DType::i32, {rows});
  const Value token = graph.input("token", DType::i32, {rows});
  const Value state = graph.input("state", DType::f32, {rows, config.units});

  const Graph::Scope scope = graph.scope("decoder");
  const Attention attention = attend(state, values, keys, parameters.attention, attended_lengths(config, lengths));
  const Value next =
      decoder_cell(graph, parameters, config, attention.context, embedding(parameters.target_embedding, token), state);
  const Value logits = dense(next, parameters.output_kernel, parameters.output_bias);
  if (result == StepResult::next_token) {
    graph.output("next_token", argmax(logits, -1));
  } else {
    graph.output("logits", logits);
    graph.output("log_probabilities", log_softmax(logits));
  }
  graph.output("next_state", next);
  graph.output("attention_weights", attention.weights);
  return graph;
}

}  // namespace weft::nmt
