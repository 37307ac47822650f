#pragma once

#include <vector>

#include "graph/graph.h"
#include "models/nmt/config.h"
#include "models/nmt/parameters.h"

namespace weft::nmt {

/// A step of the decoder's layers: from the context [rows, value units] and the last token [rows] (i32) to the next
/// states. The first layer reads both, each one above it the one below.
std::vector<CellState> next_states(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context,
                                   Value token, const std::vector<CellState>& states);

/// The scores of the words: [rows, target vocabulary].
Value word_logits(const Parameters& parameters, const std::vector<CellState>& states);

}  // namespace weft::nmt
