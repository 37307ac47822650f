#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "backends/executable.h"
#include "models/nmt/model.h"
#include "tests/passes/random_graph.h"

namespace weft::test {

/// Training, loss, encoder and decoding graphs of both variants of the translator, small, with what they are called.
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
  return models;
}

/// Inputs that make sense as lengths and as a rate, too.
inline TensorMap small_model_inputs(const Graph& graph, std::uint64_t seed) {
  TensorMap inputs = random_inputs(graph, seed);
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
