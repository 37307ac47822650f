#pragma once

#include <vector>

#include "graph/graph.h"
#include "models/nmt/config.h"
#include "ops/ops.h"

namespace weft::nmt {

/// The parameters of the translator, declared in a graph under the names "source_embedding", "encoder_gru/kernel", ...
struct Parameters {
  Value source_embedding;  ///< [source vocabulary, embedding]
  Value target_embedding;  ///< [target vocabulary, embedding]
  GruWeights encoder_gru;
  GruWeights decoder_gru;  ///< its input is concat(context, embedding)
  AdditiveAttentionWeights attention;
  Value output_kernel;  ///< [units, target vocabulary]
  Value output_bias;    ///< [target vocabulary]

  /// All of them, in the order of their declaration.
  std::vector<Value> all() const;
};
Parameters declare_parameters(Graph& graph, const ModelConfig& config);

}  // namespace weft::nmt
