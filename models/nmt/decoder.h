#pragma once

#include "graph/graph.h"
#include "models/nmt/config.h"
#include "models/nmt/parameters.h"

namespace weft::nmt {

/// The decoder's cell: from the context and the last token to the next state.
Value decoder_cell(Graph& graph, const Parameters& parameters, const ModelConfig& config, Value context, Value token,
                   Value state);

/// The lengths as the attention gets them: none in the tutorial's variant, which attends to padding.
Value attended_lengths(const ModelConfig& config, Value lengths);

}  // namespace weft::nmt
