#pragma once

#include <vector>

#include "graph/graph.h"
#include "models/nmt/config.h"
#include "models/nmt/dropout.h"
#include "models/nmt/parameters.h"

namespace weft::nmt {

/// A step of the decoder's layers: from the context [rows, value units] and the vector of the last token [rows,
/// embedding] to the next states. The first layer reads both, each one above it the one below.
std::vector<CellState> next_states(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context,
                                   Value embedded, const std::vector<CellState>& states, const Dropout& dropout = {});

/// The scores of the words, by the last layer's state [rows, units]: [rows, target vocabulary].
Value word_logits(const Parameters& parameters, Value state);

}  // namespace weft::nmt
