#pragma once

#include <memory>

#include "models/nmt/config/config.h"
#include "models/nmt/data/batches.h"
#include "models/nmt/network/model.h"
#include "models/training/trainer_options.h"
#include "models/training/training_task.h"

namespace weft::nmt {

using weft::Diverged;
using weft::EpochReport;
using weft::StepReport;

/// The examples in batches, as the config's training has them.
std::shared_ptr<const BatchPlan> batch_plan(const Config& config, const Examples& examples);

/// What a graph is declared for, of a batch's shape or of the three numbers that tell shapes apart.
ModelShape model_shape(const BatchShape& shape);
ModelShape model_shape(const TrainingTask::Shape& shape);

/// The training of a translator on those batches of the examples, which must live as long.
TrainingTask training_task(const Config& config, const Examples& examples,
                           const std::shared_ptr<const BatchPlan>& plan);
TrainingTask training_task(const Config& config, const Examples& examples);
/// The loss per token of examples, for MeanLoss.
TrainingTask validation_task(const Config& config, const Examples& examples);

/// How the config says that it is trained.
TrainerOptions trainer_options(const TrainingConfig& training);
/// What a step is compiled with; for "auto" what this processor is fast with.
Precision product_precision(TrainingPrecision precision);

}  // namespace weft::nmt
