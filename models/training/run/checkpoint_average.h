#pragma once

#include <span>
#include <string>

#include "graph/graph.h"
#include "models/training/run/checkpoint_folder.h"

namespace weft {

/// The weights that are the mean, element by element, of those that some checkpoints of a run have of the model whose
/// parameters `graph` declares (load_weights: their moving averages, if training keeps them), as Vaswani et al.
/// (arXiv:1706.03762, 6.1) do. The sums are in double precision and in the order of the steps, so the order of the
/// names changes nothing. The state is that of the newest of them. There are no moments: nobody can go on training from
/// it. CheckpointFolder::save_average keeps it.
///
/// Throws Error when there are fewer than two, when one is named twice, and as load() and load_weights() do, with the
/// checkpoint's path.
Checkpoint average_checkpoints(const CheckpointFolder& checkpoints, std::span<const std::string> names,
                               const Graph& graph);

}  // namespace weft
