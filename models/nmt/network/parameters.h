#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"
#include "models/layers/layers.h"
#include "models/nmt/config/config.h"
#include "models/nmt/network/recurrent.h"
#include "ops/ops.h"

namespace weft::nmt {

/// A recurrent layer of the encoder in one direction.
struct EncoderCell {
  CellWeights cell;
  std::optional<AdditiveAttentionWeights> memory;  ///< with self-attention, over the states before (self_attention.h)
};

struct EncoderLayer {
  EncoderCell forward;
  std::optional<EncoderCell> backward;  ///< of a bidirectional encoder
};

/// Makes the first state of a decoder's layer of the last states of both directions, side by side (see bridge() in
/// decoder.h).
struct BridgeWeights {
  Value h_kernel;  ///< [2 * units, units]
  Value h_bias;    ///< [units]
  Value c_kernel;  ///< the same for the cell of an LSTM; null of a GRU
  Value c_bias;
};

/// What the attention has, by its kind (attention.h).
struct AttentionWeights {
  AdditiveAttentionWeights additive;  ///< additive, hard
  Value kernel;                       ///< general: [value units, units]; location: [positions, units]
};

/// The parameters of the translator, declared in a graph under the names "source_embedding", "encoder_gru/kernel", ...
struct Parameters {
  Value source_embedding;  ///< [source vocabulary, embedding]
  Value target_embedding;  ///< [target vocabulary, embedding]
  std::vector<EncoderLayer> encoder;
  std::vector<BridgeWeights> bridge;  ///< a layer each when the encoder is bidirectional, else empty
  std::vector<CellWeights> decoder;   ///< the first one's input is concat(context, embedding)
  AttentionWeights attention;
  layers::DenseWeights output;  ///< [units, target vocabulary]; with tied embeddings, without a kernel
  Value output_projection;      ///< [units, embedding], with tied embeddings; else null
};
/// Throws Error for settings that make no sense together (check_model).
Parameters declare_parameters(Graph& graph, const ModelConfig& config);

/// A graph that declares them and nothing else: for checkpoints (models/training/run/weights.h).
Graph parameters_graph(const ModelConfig& config);
/// The number of trained numbers.
std::int64_t count_parameters(const ModelConfig& config);

/// The width of what the encoder gives of a source token: units, twice in both directions.
std::int64_t value_units(const ModelConfig& config);

}  // namespace weft::nmt
