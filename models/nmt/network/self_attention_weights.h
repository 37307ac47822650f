#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backends/runtime/variables.h"
#include "models/nmt/config/config.h"

namespace weft::nmt {

/// Where the encoder of a trained model looks while it reads a sentence of these ids: what self_attention_graph() says,
/// [tokens, tokens]. Throws Error when the encoder has no self-attention.
std::vector<float> self_attention_weights(const ModelConfig& model, std::shared_ptr<Variables> variables,
                                          std::span<const std::int32_t> source);

}  // namespace weft::nmt
