#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "models/nmt/config/config.h"
#include "models/nmt/network/dropout.h"
#include "models/nmt/network/parameters.h"

namespace weft::nmt {

/// A step of the decoder's layers: from the context [rows, value units] and the vector of the last token [rows,
/// embedding] to the next states. The first layer reads both, each one above it the one below. `step` is which one, for
/// dropout.
std::vector<CellState> next_states(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context,
                                   Value embedded, const std::vector<CellState>& states, const Dropout& dropout = {},
                                   std::int64_t step = 0);

/// The scores of the words, by the last layer's state s [rows, units]: s W + b, [rows, target vocabulary]. With tied
/// embeddings (Press and Wolf, arXiv:1608.05859) W is P E^T / sqrt(embedding): P [units, embedding] takes the state to
/// where the words' vectors E are, which begin with a variance of 1, and the root keeps the first scores small.
Value word_logits(const Parameters& parameters, Value state);

}  // namespace weft::nmt
