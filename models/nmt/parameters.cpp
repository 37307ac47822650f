#include "models/nmt/parameters.h"

#include <cmath>

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

}  // namespace weft::nmt
