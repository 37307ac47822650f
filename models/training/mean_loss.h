#pragma once

#include <memory>

#include "backends/runtime/arena.h"
#include "backends/runtime/program_cache.h"
#include "models/training/trainer_options.h"
#include "models/training/training_task.h"

namespace weft {

/// The loss of batches that are not trained on, under the weights as they are: the mean over all tokens of one epoch
/// of a task whose graph has the output "loss" and updates nothing.
///
///     MeanLoss valid(valid_task, variables);
///     Trainer trainer(task, {.variables = variables, .validate = [&] { return valid.measure(); }, .patience = 3});
class MeanLoss {
 public:
  /// `arena`: shared working memory; without it, its own. `backend` and `programs` as in TrainerOptions.
  MeanLoss(TrainingTask task, std::shared_ptr<Variables> variables, std::shared_ptr<Arena> arena = {},
           std::shared_ptr<const Backend> backend = {}, std::shared_ptr<ProgramCache> programs = {});

  double measure();

 private:
  TrainingTask task_;
  std::shared_ptr<Variables> variables_;
  std::shared_ptr<Arena> arena_;
  std::shared_ptr<const Backend> backend_;
  ProgramsByShape programs_;
};

}  // namespace weft
