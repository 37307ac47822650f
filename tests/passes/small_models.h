#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "backends/executable.h"
#include "models/nmt/model.h"
#include "tests/fuzz/random_graph.h"

namespace weft::test {

/// The steps of the other systems, each of which has what no other has.
inline void add_other_systems(std::vector<std::pair<std::string, Graph>>& models) {
  const auto add = [&](const std::string& name, nmt::ModelConfig config, const nmt::TrainingConfig& training) {
    config.source_vocabulary = 7;
    config.target_vocabulary = 5;
    config.embedding = 4;
    config.units = 6;
    models.emplace_back(name + " training", nmt::training_graph(config, training, {2, 3, 3}));
    models.emplace_back(name + " decoder", nmt::decoder_step_graph(config, 2, 3));
  };
  using enum nmt::AttentionKind;
  nmt::TrainingConfig training;
  training.dropout = {.embedding = 0.25, .layers = 0.25, .context = 0.25, .output = 0.25, .recurrent = 0.25};
  add("deep", {.attention = general, .cell = nmt::CellKind::lstm, .layers = 2, .bidirectional = true}, training);
  training = {};
  training.monte_carlo_samples = 2;
  add("hard", {.attention = hard}, training);
  training = {};
  training.accumulate = 2;
  add("dot", {.attention = dot, .tied_embeddings = true}, training);
  training = {};
  training.average = 0.5;
  add("self-attention", {.cell = nmt::CellKind::lstm, .self_attention = true}, training);
}

/// Training, loss, encoder and decoding graphs of both variants of the translator, small, with what they are called,
/// and the steps of its other systems.
inline std::vector<std::pair<std::string, Graph>> small_models() {
  std::vector<std::pair<std::string, Graph>> models;
  for (const nmt::Variant variant : {nmt::Variant::masked, nmt::Variant::tutorial}) {
    nmt::ModelConfig config;
    config.variant = variant;
    config.source_vocabulary = 7;
    config.target_vocabulary = 5;
    config.embedding = 6;
    config.units = 9;
    const std::string name = variant == nmt::Variant::masked ? "masked " : "tutorial ";
    const nmt::ModelShape shape{3, 5, 4};
    models.emplace_back(name + "training", nmt::training_graph(config, {}, shape));
    models.emplace_back(name + "loss", nmt::loss_graph(config, shape, LossNormalisation::token_mean));
    models.emplace_back(name + "encoder", nmt::encoder_graph(config, 3, 5));
    models.emplace_back(name + "decoder", nmt::decoder_step_graph(config, 3, 5));
    models.emplace_back(name + "search decoder",
                        nmt::decoder_step_graph(config, 3, 5, nmt::StepResult::log_probabilities));
  }
  add_other_systems(models);
  return models;
}

/// Inputs that make sense as lengths and as a rate, too.
inline TensorMap small_model_inputs(const Graph& graph, std::uint64_t seed) {
  TensorMap inputs = fuzz::random_inputs(graph, seed);
  if (const auto lengths = inputs.find("source_lengths"); lengths != inputs.end())
    for (std::int32_t& length : lengths->second.as<std::int32_t>()) length = length % 3 + 2;
  if (const auto rate = inputs.find("learning_rate"); rate != inputs.end()) rate->second.as<float>()[0] = 0.01F;
  return inputs;
}

inline bool same_bits(const TensorMap& a, const TensorMap& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.type() == y.second.type() &&
           std::ranges::equal(x.second.bytes(), y.second.bytes());
  });
}

/// Outputs of some runs, and the variables after them.
inline std::vector<TensorMap> runs_of(Executable& executable, const Graph& graph, int runs) {
  std::vector<TensorMap> results;
  for (int run = 0; run < runs; ++run)
    results.push_back(executable.run(small_model_inputs(graph, static_cast<std::uint64_t>(run))));
  results.push_back(executable.variables().snapshot());
  return results;
}

}  // namespace weft::test
