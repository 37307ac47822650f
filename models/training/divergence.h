#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "models/training/run/checkpoint.h"
#include "models/training/trainer_options.h"

namespace weft {

/// Where the first infinity or NaN of a training that diverged comes from. The step that showed it has left its traces
/// in every weight, and the one before it may have made it; so training is done once more, to the same bits, from a
/// checkpoint (nothing: from the beginning), and what every kernel makes is looked at (TrainerOptions::check_numerics).
///
/// `options`: those of the training. `steps` is how many were done before the one that diverged. `go_on` is asked after
/// every step; when it says no, or memory runs out, or training does not diverge this time, nothing is returned.
std::optional<std::string> first_not_finite(const TrainingTask& task, const TrainerOptions& options,
                                            const std::optional<Checkpoint>& from, std::int64_t steps,
                                            const std::function<bool()>& go_on);

}  // namespace weft
