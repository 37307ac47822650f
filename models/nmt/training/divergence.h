#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "models/nmt/config/config.h"
#include "models/nmt/data/batches.h"
#include "models/nmt/training/run_directory.h"

namespace weft::nmt {

/// Where the first infinity or NaN of a training that diverged comes from. The step that showed it has left its traces
/// in every weight, and the one before it may have made it; so training is done once more, to the same bits, from a
/// checkpoint (nothing: from the beginning), and what every kernel makes is looked at (TrainerOptions::check_numerics).
///
/// `kernels`: those of the training (RunDirectory::kernels). `steps` is how many were done before the one that
/// diverged. `go_on` is asked after every step; when it says no, or memory runs out, or training does not diverge this
/// time, nothing is returned.
std::optional<std::string> first_not_finite(const Config& config, std::span<const Example> examples,
                                            const std::shared_ptr<const onednn::KernelSelection>& kernels,
                                            const std::optional<Checkpoint>& from, std::int64_t steps,
                                            const std::function<bool()>& go_on);

}  // namespace weft::nmt
