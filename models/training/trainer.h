#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "models/training/run/run_lock.h"
#include "models/training/step_runner.h"
#include "models/training/throughput.h"
#include "models/training/trainer_options.h"
#include "models/training/training_task.h"

namespace weft {

/// Why training ended.
enum class TrainingEnd {
  epochs_done,
  out_of_patience,
  stopped,
};

/// Trains any model to its last epoch: measures, tells how it goes, and keeps checkpoints and a log. Deterministic: the
/// same task and options give the same bits, with any number of threads, and whether training was undisturbed, or was
/// stopped or killed and went on from its folder, with the same number of processes (TrainerOptions::backend) or
/// another.
///
///     Trainer trainer({.graph = step_of_shape, .batches = 100, .fill = fill}, {.epochs = 20, .folder = "runs/mine"});
///     trainer.run();
///     const Tensor& kernel = trainer.variables()->get("kernel");
class Trainer {
 public:
  /// Compiles the first step, and goes on from the latest checkpoint of the folder if there is one. Throws Error that
  /// says what is missing in the task or its graph, and when the checkpoint is damaged or of another model, or another
  /// process trains in the folder, which is locked while the trainer lives (RunLock).
  explicit Trainer(TrainingTask task, TrainerOptions options = {});
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// Trains to the last epoch, unless patience or `stop` end it before. Throws Diverged, which names epoch and batch,
  /// when a loss is not finite; the folder keeps the checkpoints from before. What the callbacks throw, it throws on.
  TrainingEnd run();

  /// What does the steps: for profiles, and what is compiled.
  StepRunner& steps() { return *steps_; }
  const StepRunner& steps() const { return *steps_; }
  const TrainingState& state() const { return steps_->state(); }
  const std::shared_ptr<Variables>& variables() const { return steps_->variables(); }
  const std::shared_ptr<Arena>& arena() const { return steps_->arena(); }

  /// Weights, moments and state as they are now. Of several processes all call it, and the first has it.
  Checkpoint checkpoint() const { return steps_->checkpoint(); }
  /// Goes on from a checkpoint. Throws Error when its variables are not the model's.
  void restore(const Checkpoint& checkpoint) { steps_->restore(checkpoint); }
  /// Takes weights, moments and state from a checkpoint of the folder: "best", "latest", or its own name. Of several
  /// processes, all call it.
  void restore(std::string_view which);

 private:
  using Clock = std::chrono::steady_clock;

  void require_complete() const;
  void resume(const std::string& which);
  std::optional<EpochReport> run_epoch();
  bool finish_step(const StepReport& report);
  void finish_epoch(const EpochReport& report);
  bool validate(Json& record);
  bool measure(Json& record);
  bool is_better(const Measures& measures) const;
  bool save(bool best);
  bool wants_to_stop() const { return options_.stop && options_.stop(); }
  bool stops() const { return any_process(*communicator_, wants_to_stop()); }
  void stop();
  [[noreturn]] void fail_diverged(const Diverged& error, bool in_a_step);
  std::optional<std::string> first_not_finite(const Diverged& error) const;
  bool is_out_of_patience() const;
  void log(const Json& record) const;
  std::string kept_checkpoint() const;
  std::string file_of_checkpoint() const { return checkpoints_->file_of(checkpoint_).string(); }
  double seconds() const;

  TrainingTask task_;
  TrainerOptions options_;
  const Communicator* communicator_;
  std::optional<RunLock> lock_;
  std::optional<CheckpointFolder> checkpoints_;  ///< nothing: nothing is written
  std::optional<StepRunner> steps_;
  std::string checkpoint_;  ///< that training went on from, or wrote last; empty before any
  Clock::time_point start_ = Clock::now();
  Throughput throughput_;
};

}  // namespace weft
