#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "backends/runtime/program_cache.h"
#include "models/nmt/config/config.h"
#include "models/nmt/data/batches.h"
#include "models/nmt/training/run_directory.h"
#include "models/training/epoch.h"

namespace weft::nmt {

using weft::Diverged;
using weft::EpochReport;
using weft::StepReport;

/// Who looks at the steps of training while they run. `step` counts them from 1, over all epochs; when several batches
/// make one (TrainingConfig::accumulate), it is the same for each of them.
struct StepObserver {
  /// The inputs are set, and the variables are as the batch finds them.
  std::function<void(std::int64_t step, const BatchShape& shape, const Execution& execution)> before = {};
  /// The batch has run; its loss may be no number.
  std::function<void(std::int64_t step, const Execution& execution)> after = {};
  /// The update of several batches has run, behind the last of them.
  std::function<void(std::int64_t step, const Execution& execution)> after_update = {};
};

struct TrainerOptions {
  /// The most bytes of working memory that a step may take (CompileOptions::memory_budget).
  std::optional<std::size_t> memory_budget = {};
  /// Stops at the first node that makes a NaN or an infinity, and names it (NumericsCheck).
  bool check_numerics = false;
  /// Where the steps run (kernel_choice.h); without it, on the fast backend by its rules.
  std::shared_ptr<const Backend> backend = {};
  /// Where the compiled steps are kept, with those of others; without it, in a cache of the trainer's own.
  std::shared_ptr<ProgramCache> programs = {};
  StepObserver observer = {};
};

/// Trains the model on examples: one compiled training step a batch shape, all sharing weights and arena. Those that
/// find no room in the cache are compiled again when their next batch comes. Deterministic: the same config, examples
/// and state give the same bits, with any number of threads and after a resume.
class Trainer {
 public:
  Trainer(const Config& config, std::span<const Example> examples, std::shared_ptr<Variables> variables,
          TrainerOptions options = {});
  ~Trainer();

  /// Goes on from a checkpoint. Throws Error when its variables are not the model's.
  void restore(const Checkpoint& checkpoint);
  /// Weights, moments and state as they are now.
  Checkpoint checkpoint() const;

  /// Runs to the end of the current epoch. `on_step` is called after each batch; it returns false to stop (after that
  /// batch). Returns nothing when stopped. Throws Diverged, with epoch and batch, when the loss is not finite; the
  /// state is then as it was before that batch, the variables are not.
  std::optional<EpochReport> run_epoch(const std::function<bool(const StepReport&)>& on_step);

  /// Compiles every shape of the plan now, and shows each, and the update's if it is apart, to `visit`; otherwise each
  /// is compiled when its first batch comes.
  void compile_all(const std::function<void(const Execution&)>& visit = {});

  /// Of the shapes compiled so far the one that takes most working memory: the size of the arena that all of them
  /// share.
  const ProgramReport& largest() const { return largest_; }
  /// What the compiled programs take, with those of others in the same cache.
  ProgramMemory program_memory() const { return options_.programs->memory(); }
  /// So that others, which run in turn with this, need no arena of their own.
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
  /// Notes what was measured of the epoch that has just ended: whether it is the best so far.
  void set_measured(bool best, double loss, double bleu);
  const BatchPlan& plan() const { return plan_; }

 private:
  Execution compiled(const Graph& graph) const;
  std::shared_ptr<Execution> execution(const BatchShape& shape);
  StepReport run_batch(const Batch& batch, std::int64_t batches);
  void set_rates(Execution& execution) const;

  Config config_;
  std::span<const Example> examples_;
  std::shared_ptr<Variables> variables_;
  std::shared_ptr<Arena> arena_;
  TrainerOptions options_;
  BatchPlan plan_;
  TrainingState state_;
  StepReport last_;
  std::optional<ProgramsByShape> programs_;
  std::optional<Execution> update_;  ///< of several batches; else each step has its own
  std::shared_ptr<const Profiler> update_profiler_;
  ProgramReport largest_;
};

/// The loss per token of examples under the current weights, without training.
class Validator {
 public:
  /// `arena`: shared working memory; without it, its own. `backend`: that of the training. `programs`: where the
  /// compiled graphs are kept; without it, in a cache of its own.
  Validator(const Config& config, std::span<const Example> examples, std::shared_ptr<Variables> variables,
            std::shared_ptr<Arena> arena = {}, std::shared_ptr<const Backend> backend = {},
            std::shared_ptr<ProgramCache> programs = {});
  ~Validator();
  double loss();

 private:
  Config config_;
  std::span<const Example> examples_;
  std::shared_ptr<Variables> variables_;
  std::shared_ptr<Arena> arena_;
  std::shared_ptr<const Backend> backend_;
  std::vector<Batch> batches_;
  ProgramsByShape programs_;
};

}  // namespace weft::nmt
