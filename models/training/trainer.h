#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backends/runtime/arena.h"
#include "backends/runtime/backend.h"
#include "backends/runtime/program_cache.h"
#include "backends/runtime/variables.h"
#include "graph/graph.h"
#include "models/training/epoch.h"
#include "models/training/progress.h"
#include "models/training/run/checkpoint_folder.h"
#include "models/training/run/run_lock.h"
#include "models/training/schedule.h"
#include "models/training/throughput.h"

namespace weft {

class Json;

/// A batch of an epoch. Whatever is made of it is a function of these two numbers alone: so that a training that goes on
/// sees the same batches.
struct BatchNumber {
  std::int64_t epoch = 0;  ///< from 0
  std::int64_t batch = 0;  ///< in the epoch, from 0
};

/// What is trained, and on which batches.
struct TrainingTask {
  /// Tells batches of different shapes apart, by up to three numbers.
  using Shape = ProgramsByShape::Shape;

  /// The whole step for batches of a shape: the loss, its gradients, the updates of the parameters. It declares the
  /// same parameters and states for each shape. Its output "loss" is a float32 scalar. The inputs are `fill`'s but for
  /// the input "learning_rate", a float32 scalar, if there is one: the schedule's. The outputs "gradient_norm" and
  /// "learning_rate", float32 scalars, are reported if they are there: the second is of a graph with a schedule of its
  /// own.
  std::function<Graph(const Shape& shape)> graph;
  /// How many batches an epoch has.
  std::int64_t batches = 1;
  /// The shape of a batch; without it, all have the same: zeros.
  std::function<Shape(const BatchNumber& number)> shape = {};
  /// How many rows or words the loss of a batch is a mean over: its weight in the epoch's loss; without it, 1.
  std::function<std::int64_t(const BatchNumber& number)> tokens = {};
  /// Fills the inputs of a step from the batch.
  std::function<void(const BatchNumber& number, Execution& step)> fill;
};

struct TrainerOptions {
  std::int64_t epochs = 10;
  LearningRateSchedule learning_rate = {};
  /// Of the first weights. A training that goes on must have the same.
  std::uint64_t seed = 1;
  /// What is trained; without it, variables of the trainer's own, made from the seed.
  std::shared_ptr<Variables> variables = {};

  /// Measures the model after each epoch: a loss of what is not trained on, of which less is better.
  std::function<double()> validate = {};
  /// Epochs without a better one after which training ends; 0: never.
  std::int64_t patience = 0;

  /// The folder of the run: its checkpoints (checkpoint_folder.h) and its log, log.jsonl (log_records.h). A folder that
  /// has checkpoints is gone on with, from the latest. Without it, nothing is written.
  std::filesystem::path folder = {};
  std::int64_t checkpoint_every = 1;  ///< epochs; the best is kept whenever it comes
  std::size_t keep = 3;               ///< checkpoints, beside the best one

  /// Asked after every step whether training is to stop: it then writes a checkpoint, from which it can go on. A
  /// program that is to stop so at Ctrl-C and SIGTERM has StopSignals say it.
  std::function<bool()> stop = {};
  /// Called after each batch.
  std::function<void(const StepReport& report)> on_step = {};
  /// Is told how it goes, if given; TerminalProgress shows it.
  std::shared_ptr<Progress> progress = {};

  /// Stops at the first node that makes a NaN or an infinity, and names it (NumericsCheck).
  bool check_numerics = false;
  /// The most bytes of working memory that a step may take (CompileOptions::memory_budget).
  std::optional<std::size_t> memory_budget = {};
  /// Where the steps run; without it, on the fast backend.
  std::shared_ptr<const Backend> backend = {};
  /// Where the compiled steps are kept, with those of others; without it, in a cache of the trainer's own.
  std::shared_ptr<ProgramCache> programs = {};
};

/// Why training ended.
enum class TrainingEnd {
  epochs_done,
  out_of_patience,
  stopped,
};

/// Trains any model: one compiled step a batch shape, all sharing weights and working memory. Deterministic: the same
/// task and options give the same bits, with any number of threads, and whether training was undisturbed, or was stopped
/// or killed and went on from its folder.
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

  const TrainingState& state() const { return state_; }
  const std::shared_ptr<Variables>& variables() const { return variables_; }
  /// So that others, which run in turn with this, need no working memory of their own.
  const std::shared_ptr<Arena>& arena() const { return arena_; }

  /// Weights, moments and state as they are now.
  Checkpoint checkpoint() const { return {variables_->snapshot(), state_}; }
  /// Goes on from a checkpoint. Throws Error when its variables are not the model's.
  void restore(const Checkpoint& checkpoint);
  /// Takes weights, moments and state from a checkpoint of the folder: "best", "latest", or its own name.
  void restore(std::string_view which);

 private:
  using Clock = std::chrono::steady_clock;

  void require_complete() const;
  void resume();
  Execution compiled(const TrainingTask::Shape& shape) const;
  std::shared_ptr<Execution> execution(const BatchNumber& number);
  StepReport run_batch(std::int64_t batch);
  std::optional<EpochReport> run_epoch();
  bool finish_step(const StepReport& report);
  void finish_epoch(const EpochReport& report);
  bool validate(Json& record);
  void save(bool best);
  void stop();
  [[noreturn]] void fail_diverged(const Diverged& error);
  bool is_out_of_patience() const;
  void log(const Json& record) const;
  std::string kept_checkpoint() const;
  double seconds() const;

  TrainingTask task_;
  TrainerOptions options_;
  std::optional<RunLock> lock_;
  CheckpointFolder checkpoints_;
  std::shared_ptr<Variables> variables_;
  std::shared_ptr<Arena> arena_;
  ProgramsByShape programs_;
  TrainingState state_;
  StepReport last_;
  std::string checkpoint_;  ///< that training went on from, or wrote last; empty before any
  Clock::time_point start_ = Clock::now();
  Throughput throughput_;
};

}  // namespace weft
