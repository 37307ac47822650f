#include "models/nmt/model.h"

#include <fmt/format.h>

#include <cmath>

#include "graph/error.h"
#include "passes/autodiff.h"

namespace weft::nmt {
namespace {

/// How the parameters start. The tutorial's are Keras's. The masked variant's are PyTorch's: words that are rare, as
/// most are, hardly grow out of Keras's small embeddings in a few epochs.
struct Initializers {
  Initializer embedding;
  Initializer kernel;
  Initializer recurrent_kernel;
};

Initializers initializers(const ModelConfig& config) {
  if (config.variant == Variant::tutorial)
    return {Initializer::uniform(-0.05, 0.05), Initializer::glorot_uniform(), Initializer::orthogonal()};
  const double limit = 1.0 / std::sqrt(static_cast<double>(config.units));
  const Initializer uniform = Initializer::uniform(-limit, limit);
  return {Initializer::normal(0.0, 1.0), uniform, uniform};
}

GruWeights declare_gru(Graph& graph, std::string_view name, std::int64_t in, std::int64_t units,
                       const Initializers& initial) {
  const Graph::Scope scope = graph.scope(name);
  return {graph.parameter("kernel", {in, 3 * units}, initial.kernel),
          graph.parameter("recurrent_kernel", {units, 3 * units}, initial.recurrent_kernel),
          graph.parameter("input_bias", {3 * units}, Initializer::zeros()),
          graph.parameter("recurrent_bias", {3 * units}, Initializer::zeros())};
}

AdditiveAttentionWeights declare_attention(Graph& graph, std::int64_t units, const Initializers& initial) {
  const Graph::Scope scope = graph.scope("attention");
  return {graph.parameter("w1", {units, units}, initial.kernel), graph.parameter("b1", {units}, Initializer::zeros()),
          graph.parameter("w2", {units, units}, initial.kernel), graph.parameter("b2", {units}, Initializer::zeros()),
          graph.parameter("v", {units, 1}, initial.kernel),      graph.parameter("bv", {1}, Initializer::zeros())};
}

Value zeros(Graph& graph, const Shape& shape) { return broadcast(graph.constant(0.0), shape); }

/// Column `step` of ids [rows, time]: [rows].
Value ids_of_step(Value ids, std::int64_t step) { return reshape(slice(ids, 1, step, step + 1), {ids.shape()[0]}); }

struct Encoded {
  Value values;  ///< [rows, source_length, units]
  Value state;   ///< [rows, units]
};

/// Runs the encoder over the source; past a row's length the masked variant carries the state over.
Encoded encode(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value source, Value lengths) {
  const std::int64_t rows = source.shape()[0];
  const std::int64_t time = source.shape()[1];
  const Graph::Scope scope = graph.scope("encoder");
  const bool masked = config.variant == Variant::masked;
  const Value within = masked ? sequence_mask(lengths, time) : Value{};
  Value state = zeros(graph, {rows, config.units});
  std::vector<Value> states;
  for (std::int64_t step = 0; step < time; ++step) {
    const Graph::Scope step_scope = graph.scope(fmt::format("step{}", step));
    const Value embedded = embedding(parameters.source_embedding, ids_of_step(source, step));
    const Value next = gru_cell(embedded, state, parameters.encoder_gru);
    state = masked ? select(slice(within, 1, step, step + 1), next, state) : next;
    states.push_back(state);
  }
  return {stack(states, 1), state};
}

/// The decoder's cell: from the context and the last token to the next state.
Value decoder_cell(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context, Value token,
                   Value state) {
  const Value embedded = embedding(parameters.target_embedding, token);
  const Value parts[] = {context, embedded};
  const Value previous = config.variant == Variant::tutorial ? zeros(graph, state.shape()) : state;
  return gru_cell(concat(parts, -1), previous, parameters.decoder_gru);
}

struct BatchInputs {
  Value source;
  Value lengths;
};

BatchInputs declare_source(Graph& graph, std::int64_t rows, std::int64_t source_length) {
  return {graph.input("source", DType::i32, {rows, source_length}), graph.input("source_lengths", DType::i32, {rows})};
}

/// The lengths as the attention gets them: none in the tutorial's variant, which attends to padding.
Value attended_lengths(const ModelConfig& config, Value lengths) {
  return config.variant == Variant::masked ? lengths : Value{};
}

Value declare_loss(Graph& graph, const Parameters& parameters, const ModelConfig& config, const ModelShape& shape,
                   LossNormalisation normalisation, double label_smoothing) {
  const Forward forward = declare_forward(graph, parameters, config, shape);
  return masked_cross_entropy(forward.logits, forward.targets, normalisation, label_smoothing, 1).named("loss");
}

}  // namespace

std::vector<Value> Parameters::all() const {
  return {source_embedding,
          target_embedding,
          encoder_gru.kernel,
          encoder_gru.recurrent_kernel,
          encoder_gru.input_bias,
          encoder_gru.recurrent_bias,
          decoder_gru.kernel,
          decoder_gru.recurrent_kernel,
          decoder_gru.input_bias,
          decoder_gru.recurrent_bias,
          attention.w1,
          attention.b1,
          attention.w2,
          attention.b2,
          attention.v,
          attention.bv,
          output_kernel,
          output_bias};
}

Parameters declare_parameters(Graph& graph, const ModelConfig& config) {
  Parameters parameters;
  const Initializers initial = initializers(config);
  parameters.source_embedding =
      graph.parameter("source_embedding", {config.source_vocabulary, config.embedding}, initial.embedding);
  parameters.target_embedding =
      graph.parameter("target_embedding", {config.target_vocabulary, config.embedding}, initial.embedding);
  parameters.encoder_gru = declare_gru(graph, "encoder_gru", config.embedding, config.units, initial);
  parameters.decoder_gru = declare_gru(graph, "decoder_gru", config.units + config.embedding, config.units, initial);
  parameters.attention = declare_attention(graph, config.units, initial);
  const Graph::Scope scope = graph.scope("output");
  parameters.output_kernel = graph.parameter("kernel", {config.units, config.target_vocabulary}, initial.kernel);
  parameters.output_bias = graph.parameter("bias", {config.target_vocabulary}, Initializer::zeros());
  return parameters;
}

Forward declare_forward(Graph& graph, const Parameters& parameters, const ModelConfig& config,
                        const ModelShape& shape) {
  require(shape.target_length >= 2, "a target of {} tokens has nothing to predict: <start> and <end> are needed",
          shape.target_length);
  const BatchInputs inputs = declare_source(graph, shape.rows, shape.source_length);
  const Value target = graph.input("target", DType::i32, {shape.rows, shape.target_length});
  const Encoded encoded = encode(graph, parameters, config, inputs.source, inputs.lengths);

  const Graph::Scope scope = graph.scope("decoder");
  Value state = encoded.state;
  std::vector<Value> logits;
  std::vector<Value> weights;
  for (std::int64_t step = 0; step + 1 < shape.target_length; ++step) {
    const Graph::Scope step_scope = graph.scope(fmt::format("step{}", step));
    const Attention attention =
        additive_attention(state, encoded.values, parameters.attention, attended_lengths(config, inputs.lengths));
    state = decoder_cell(graph, parameters, config, attention.context, ids_of_step(target, step), state);
    logits.push_back(dense(state, parameters.output_kernel, parameters.output_bias));
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

Graph loss_graph(const ModelConfig& config, const ModelShape& shape, LossNormalisation normalisation) {
  Graph graph("nmt_loss");
  const Parameters parameters = declare_parameters(graph, config);
  graph.output("loss", declare_loss(graph, parameters, config, shape, normalisation, 0.0));
  return graph;
}

Graph training_graph(const ModelConfig& config, const TrainingConfig& training, const ModelShape& shape) {
  Graph graph("nmt_training");
  const Parameters parameters = declare_parameters(graph, config);
  const Value learning_rate = graph.input("learning_rate", DType::f32, {});
  const Value loss = declare_loss(graph, parameters, config, shape, training.normalisation, training.label_smoothing);

  const std::vector<Value> all = parameters.all();
  std::vector<Value> slopes = gradients(loss, all);
  const Graph::Scope scope = graph.scope("update");
  graph.output("loss", loss);
  graph.output("gradient_norm", global_norm(slopes));
  if (training.clip_norm > 0) slopes = clip_by_global_norm(slopes, training.clip_norm);
  adam(all, slopes, learning_rate);
  return graph;
}

Graph encoder_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length) {
  Graph graph("nmt_encoder");
  const Parameters parameters = declare_parameters(graph, config);
  const BatchInputs inputs = declare_source(graph, rows, source_length);
  const Encoded encoded = encode(graph, parameters, config, inputs.source, inputs.lengths);
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
  const Value next = decoder_cell(graph, parameters, config, attention.context, token, state);
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
