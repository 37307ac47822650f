#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/runtime/backend.h"
#include "backends/runtime/program_cache.h"
#include "backends/runtime/variables.h"
#include "graph/base/json_value.h"
#include "models/training/epoch.h"
#include "models/training/progress.h"
#include "models/training/run/checkpoint_folder.h"
#include "models/training/schedule.h"
#include "models/training/training_task.h"

namespace weft {

/// Who looks at the steps of training while they run. `step` counts them from 1, over all epochs; when several batches
/// make one (TrainingTask::accumulate), it is the same for each of them.
struct StepObserver {
  /// The inputs are set, and the variables are as the batch finds them.
  std::function<void(std::int64_t step, const TrainingTask::Shape& shape, const Execution& execution)> before = {};
  /// The batch has run; its loss may be no number.
  std::function<void(std::int64_t step, const Execution& execution)> after = {};
  /// The update of several batches has run, behind the last of them.
  std::function<void(std::int64_t step, const Execution& execution)> after_update = {};
};

/// What was measured of the model after an epoch.
struct Validation {
  Validation(double loss) : measures{{valid_loss, loss}} {}

  Measures measures;                       ///< the loss, valid_loss, and whatever else tells good epochs from bad ones
  std::string text = {};                   ///< what the line on the epoch's loss says behind it
  std::vector<Json::Member> figures = {};  ///< more for the epoch's record in the log
};

/// What messages tell the caller to do, in the words of a program's settings.
struct TrainingAdvice {
  std::string patience = "patience";              ///< the setting's name
  std::string check_numerics = "check_numerics";  ///< the setting's name
  std::string accumulate = "accumulate";          ///< the setting's name
  std::string more_patience = {};                 ///< behind the message that patience has ended
  std::string go_on = {};                         ///< behind the message that training was stopped
};

struct TrainerOptions {
  std::int64_t epochs = 10;
  LearningRateSchedule learning_rate = {};
  /// The decay of the moving average of the weights that the step keeps (moving_average, average_weight); 0: none.
  double average = 0;
  /// Of the first weights. A training that goes on must have the same.
  std::uint64_t seed = 1;
  /// What is trained; without it, variables of the trainer's own, made from the seed.
  std::shared_ptr<Variables> variables = {};

  /// Measures the model after each epoch on what is not trained on: its loss (MeanLoss), or more than that.
  std::function<Validation()> validate = {};
  /// Whether an epoch is the best so far; without it, when its loss is less.
  std::function<bool(const Measures& epoch, const Measures& best)> is_better = {};
  /// Epochs without a better one after which training ends; 0: never.
  std::int64_t patience = 0;

  /// The folder of the run: its checkpoints (checkpoint_folder.h) and its log, log.jsonl (log_records.h). A folder that
  /// has checkpoints is gone on with, from the latest. Without it, nothing is written.
  std::filesystem::path folder = {};
  std::int64_t checkpoint_every = 1;  ///< epochs; the best is kept whenever it comes
  std::size_t keep = 3;               ///< checkpoints, beside the best one
  /// In place of `folder`: that of a program's run, which has a format of its own, and which the caller has locked.
  std::optional<CheckpointFolder> checkpoints = {};
  /// The checkpoint to go on from: "best" or its own name; without it, the latest, if there is any.
  std::string checkpoint = {};

  /// Asked after every step whether training is to stop: it then writes a checkpoint, from which it can go on. A
  /// program that is to stop so at Ctrl-C and SIGTERM has StopSignals say it.
  std::function<bool()> stop = {};
  /// Called after each batch.
  std::function<void(const StepReport& report)> on_step = {};
  /// Sees each step with what runs it.
  StepObserver observer = {};
  /// Is told how it goes, if given; TerminalProgress shows it.
  std::shared_ptr<Progress> progress = {};

  /// Stops at the first node that makes a NaN or an infinity, and names it (NumericsCheck).
  bool check_numerics = false;
  /// When training diverges without that, the steps since the last checkpoint are done once more with it, so that the
  /// error names the node all the same (first_not_finite).
  bool find_divergence = false;
  /// What matrix products of a step take their factors in (CompileOptions::precision). A training that goes on must have
  /// the same.
  Precision precision = Precision::f32;
  /// The most bytes of working memory that a step may take (CompileOptions::memory_budget).
  std::optional<std::size_t> memory_budget = {};
  /// Where the steps run; without it, on the fast backend. When its communicator has several processes, these train
  /// together: the first one alone talks, measures and writes.
  std::shared_ptr<const Backend> backend = {};
  /// These send each other gradients while the rest of the backward pass runs, and weights while the next batch begins
  /// (backends/runtime/exchange.h); else between the two, to the same bits.
  bool overlap = true;
  /// Trains without the other processes of that communicator, to the same bits.
  bool alone = false;
  /// What must be the same in all processes beside the task's graph and numbers: settings, checksums of data.
  std::vector<std::string> alike = {};
  /// Where the compiled steps are kept, with those of others; without it, in a cache of the trainer's own.
  std::shared_ptr<ProgramCache> programs = {};
  TrainingAdvice advice = {};
};

}  // namespace weft
