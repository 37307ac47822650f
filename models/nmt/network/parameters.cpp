#include "models/nmt/network/parameters.h"

#include <fmt/format.h>

#include <cmath>

#include "graph/op.h"

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

/// Declares the parameters of one translator.
class Declaration {
 public:
  Declaration(Graph& graph, const ModelConfig& config)
      : graph_(graph), config_(config), units_(config.units), initial_(initializers(config)) {}

  Parameters run() {
    Parameters parameters;
    parameters.source_embedding = embedding("source_embedding", config_.source_vocabulary);
    parameters.target_embedding = embedding("target_embedding", config_.target_vocabulary);
    encoder(parameters);
    decoder(parameters);
    parameters.attention = attention();
    if (config_.tied_embeddings) {
      const Graph::Scope scope = graph_.scope("output");
      parameters.output_projection = kernel("projection", {units_, config_.embedding});
      parameters.output.bias = bias("bias", config_.target_vocabulary);
    } else {
      parameters.output =
          layers::declare_dense(graph_, units_, config_.target_vocabulary, "output", {.initializer = initial_.kernel});
    }
    return parameters;
  }

 private:
  Value embedding(std::string_view name, std::int64_t vocabulary) {
    return graph_.parameter(name, {vocabulary, config_.embedding}, initial_.embedding);
  }
  Value kernel(std::string_view name, const Shape& shape) { return graph_.parameter(name, shape, initial_.kernel); }
  Value bias(std::string_view name, std::int64_t units) {
    return graph_.parameter(name, {units}, Initializer::zeros());
  }

  /// "encoder_gru" and the first layer's scope are one: a translator with one layer has no number in its names.
  static std::string layer_scope(std::string_view name, std::int64_t layer) {
    return layer == 0 ? std::string(name) : fmt::format("{}/layer{}", name, layer);
  }

  CellWeights cell(std::int64_t in) {
    return layers::declare_cell(graph_, config_.cell, in, units_,
                                {.kernel = initial_.kernel, .recurrent_kernel = initial_.recurrent_kernel});
  }

  AdditiveAttentionWeights additive(std::string_view name, std::int64_t query_units, std::int64_t value_units) {
    return layers::declare_additive_attention(graph_, query_units, value_units, units_, name, initial_.kernel);
  }

  EncoderCell encoder_cell(std::int64_t in) {
    EncoderCell declared{cell(in), std::nullopt};
    if (config_.self_attention) declared.memory = additive("memory", in + units_, units_);
    return declared;
  }

  void encoder(Parameters& parameters) {
    const std::string name = fmt::format("encoder_{}", to_string(config_.cell));
    for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
      const Graph::Scope scope = graph_.scope(layer_scope(name, layer));
      const std::int64_t in = layer == 0 ? config_.embedding : value_units(config_);
      EncoderLayer declared{encoder_cell(in), std::nullopt};
      if (config_.bidirectional) {
        const Graph::Scope backward = graph_.scope("backward");
        declared.backward = encoder_cell(in);
      }
      parameters.encoder.push_back(declared);
    }
  }

  void decoder(Parameters& parameters) {
    if (config_.bidirectional)
      for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
        const Graph::Scope scope = graph_.scope(layer_scope("bridge", layer));
        BridgeWeights bridge{kernel("h_kernel", {2 * units_, units_}), bias("h_bias", units_), {}, {}};
        if (config_.cell == CellKind::lstm) {
          bridge.c_kernel = kernel("c_kernel", {2 * units_, units_});
          bridge.c_bias = bias("c_bias", units_);
        }
        parameters.bridge.push_back(bridge);
      }
    const std::string name = fmt::format("decoder_{}", to_string(config_.cell));
    for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
      const Graph::Scope scope = graph_.scope(layer_scope(name, layer));
      parameters.decoder.push_back(cell(layer == 0 ? value_units(config_) + config_.embedding : units_));
    }
  }

  AttentionWeights attention() {
    AttentionWeights weights;
    switch (config_.attention) {
      case AttentionKind::additive:
      case AttentionKind::hard:
        weights.additive = additive("attention", units_, value_units(config_));
        break;
      case AttentionKind::general:
        weights.kernel = kernel("attention/kernel", {value_units(config_), units_});
        break;
      case AttentionKind::location:
        weights.kernel = kernel("attention/kernel", {config_.attention_positions, units_});
        break;
      case AttentionKind::dot:
      case AttentionKind::none:
        break;
    }
    return weights;
  }

  Graph& graph_;
  const ModelConfig& config_;
  std::int64_t units_;
  Initializers initial_;
};

}  // namespace

Parameters declare_parameters(Graph& graph, const ModelConfig& config) {
  check_model(config);
  return Declaration(graph, config).run();
}

Graph parameters_graph(const ModelConfig& config) {
  Graph graph("parameters");
  declare_parameters(graph, config);
  return graph;
}

std::int64_t count_parameters(const ModelConfig& config) {
  std::int64_t count = 0;
  const Graph graph = parameters_graph(config);
  for (const Value parameter : graph.parameters()) count += parameter.shape().volume();
  return count;
}

std::int64_t value_units(const ModelConfig& config) { return config.bidirectional ? 2 * config.units : config.units; }

}  // namespace weft::nmt
