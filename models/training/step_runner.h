#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "backends/runtime/arena.h"
#include "backends/runtime/exchanged_variables.h"
#include "backends/runtime/profile.h"
#include "backends/runtime/program_cache.h"
#include "models/training/epoch.h"
#include "models/training/partial_sums.h"
#include "models/training/processes.h"
#include "models/training/run/checkpoint.h"
#include "models/training/sharded_variables.h"
#include "models/training/trainer_options.h"
#include "models/training/training_task.h"

namespace weft {

/// Runs the steps of a training, and no more than that: one compiled step a batch shape, all sharing weights and
/// working memory. Those that find no room in the cache are compiled again when their next batch comes. Deterministic:
/// the same task, options and state give the same bits, with any number of threads and after a resume.
///
/// Where the backend's communicator has several processes, each makes a runner of the same task and calls the same
/// functions, and does its share of the batches of each update; state and reports are the same in all of them, and the
/// same as those of one process.
class StepRunner {
 public:
  /// Compiles the first step. With a checkpoint it goes on from it, and finds before any weights are made whether these
  /// are the model's (check_weights). Of the options it has what says how a step is made and run. Throws Error that
  /// says what is missing in the task or its graph.
  explicit StepRunner(TrainingTask task, TrainerOptions options = {}, const Checkpoint* from = nullptr);
  ~StepRunner();
  StepRunner(const StepRunner&) = delete;
  StepRunner& operator=(const StepRunner&) = delete;

  /// Goes on from a checkpoint. Throws Error when its variables are not the model's.
  void restore(const Checkpoint& checkpoint);
  /// Weights, moments and state as they are now. Of several processes all call it, and the first has it.
  Checkpoint checkpoint() const;
  /// Takes over what process 0 has of them: what one that has gone on from a checkpoint shares with the others. Throws
  /// Error, in all, when they do not train the same.
  void share();

  /// Runs to the end of the current epoch. `on_step` is called after each batch; it returns false to stop, after the
  /// update that the batch is part of. Returns nothing when stopped. Throws Diverged, with epoch and batch, when the
  /// loss is not finite; the state is then as it was before that batch, the variables are not.
  std::optional<EpochReport> run_epoch(const std::function<bool(const StepReport&)>& on_step = {});

  /// Compiles every shape of an epoch now, and shows each, and the update's if it is apart, to `visit`; otherwise each
  /// is compiled when its first batch comes.
  void compile_all(const std::function<void(const Execution&)>& visit = {});

  /// Of the shapes compiled so far the one that takes most working memory: the size of the arena that all of them
  /// share.
  const ProgramReport& largest() const { return largest_; }
  /// What the compiled programs take, with those of others in the same cache.
  ProgramMemory program_memory() const { return options_.programs->memory(); }
  const std::shared_ptr<Variables>& variables() const { return variables_; }
  /// So that others, which run in turn with this, need no working memory of their own.
  const std::shared_ptr<Arena>& arena() const { return arena_; }

  /// Times every kernel from now on.
  void profile_runs(bool on);
  /// What was timed, over all shapes.
  ProfileByKind profile() const;
  /// Calls `visit` with what was timed of each shape's step, by shape, and of the update if it is apart.
  void visit_profiles(const std::function<void(const Profiler&)>& visit) const;

  const TrainingState& state() const { return state_; }
  /// How many updates an epoch makes: fewer than batches when some of these make one; the last one may have fewer.
  std::int64_t steps_per_epoch() const;
  /// Notes whether the epoch that has just ended is the best so far, and by which measures.
  void set_measured(bool best, const Measures& measures);

 private:
  Execution compiled(const Graph& graph, const ExchangedVariables& exchanged = {}) const;
  Execution compiled_step(const Graph& graph);
  std::shared_ptr<Execution> execution(const TrainingTask::Shape& shape);
  StepReport run_batch(std::int64_t batch);
  StepReport report_of(std::int64_t batch) const;
  double run_micro_batch(std::int64_t batch, std::int64_t number_in_share);
  void run_update(StepReport& report, std::int64_t count);
  bool is_sharded(const std::string& variable) const;
  void restore_shards(Checkpoint checkpoint);
  void share_wholes();
  StepReport shared_batch(std::int64_t batch);
  void run_shared_update(std::int64_t first);
  void require_same_weights() const;
  void set_rates(Execution& update, double learning_rate) const;

  TrainingTask task_;
  TrainerOptions options_;
  std::shared_ptr<Variables> variables_;
  std::shared_ptr<Arena> arena_;
  TrainingState state_;
  StepReport last_;
  std::optional<ProgramsByShape> programs_;
  const Communicator* communicator_;
  std::shared_ptr<Exchange> exchange_;       ///< when several processes share the batches of an update
  ExchangedVariables exchanged_;             ///< likewise
  std::optional<PartialSums> partial_sums_;  ///< when several batches make an update
  std::optional<ShardedVariables> sharded_;  ///< likewise
  TensorMap whole_;                       ///< of the sharded variables, what process 0 has restored and not yet shared
  std::vector<BatchCount> batch_counts_;  ///< when several processes share them
  std::deque<StepReport> reports_;   ///< likewise, of the update that is done: its batches that are still to be told
  std::optional<Execution> update_;  ///< of several batches; else each step has its own
  std::shared_ptr<const Execution> updated_by_;  ///< the step that made the last update, when it did
  std::shared_ptr<const Profiler> update_profiler_;
  ProgramReport largest_;
};

}  // namespace weft
