#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/onednn/products/kernel_selection.h"
#include "models/nmt/data/batches.h"
#include "models/nmt/data/example_file.h"
#include "models/nmt/training/run_directory.h"
#include "models/nmt/training/translation_task.h"
#include "models/nmt/training/validation.h"
#include "models/training/mean_loss.h"
#include "models/training/progress.h"
#include "models/training/run/step_dump.h"
#include "models/training/trainer.h"

namespace weft::nmt {

/// What training does beside training.
struct SessionOptions {
  /// The most bytes of working memory that a step may take; what does not fit is computed again.
  std::optional<std::size_t> memory_budget = {};
  /// The most bytes that compiled graphs may take, those of validation included.
  std::size_t program_memory = ProgramCache::default_budget;
  std::string checkpoint;  ///< to go on from; empty: the latest, if there is any
  bool check_numerics = false;
  std::int64_t dump_step = 0;  ///< the step that is written to dump_folder, from 1; 0: none
  std::string dump_folder;
  StepObserver observer = {};  ///< of every step, beside what the session itself looks at
  /// The processes that train together, each with a session of the same run; without it, one. The first one alone talks
  /// and writes.
  std::shared_ptr<const Communicator> communicator = {};
  bool overlap = true;  ///< these send each other what they can while they compute (TrainerOptions::overlap)
  /// Asked after every step whether training is to stop: 0, or the number of the signal that says so.
  std::function<int()> stop = [] { return 0; };
};

/// The training of a run from a checkpoint, or from its beginning, to its last epoch: gives a Trainer the batches of
/// the run's sentences, its folder, and what is measured of a translator.
class TrainingSession {
 public:
  /// Run and progress must live as long as the session. Throws Error when the step to be dumped is not among those that
  /// are still to be done, and when a shape of batches cannot keep to the memory budget.
  TrainingSession(RunDirectory& run, Progress& progress, const SessionOptions& options = {});

  /// Returns the exit status: 0, or 128 and the number of the signal that stopped it. Throws Error when the loss is no
  /// number any more, with the node that made it so, and when a file cannot be written.
  int run();

  /// What does the steps: for profiles.
  StepRunner& steps() { return trainer_->steps(); }

 private:
  void wait_for_first() const;
  void find_kernels();
  std::vector<std::string> common_lines() const;
  TrainerOptions trainer_options();
  StepObserver observer();
  void prepare_dump();
  bool is_first() const { return !options_.communicator || options_.communicator->is_first(); }
  void describe() const;
  void describe_memory() const;
  void write_graph() const;
  Validation validate();

  RunDirectory& run_;
  Progress& progress_;
  SessionOptions options_;
  std::shared_ptr<const onednn::KernelSelection> kernels_;
  std::shared_ptr<ProgramCache> programs_;
  std::optional<StepDump> dump_;
  std::optional<ExampleFile> train_examples_;
  std::optional<ExampleFile> valid_examples_;  ///< if there are any
  std::size_t test_pairs_ = 0;
  std::shared_ptr<const BatchPlan> plan_;
  std::optional<Trainer> trainer_;
  std::shared_ptr<Variables> measured_;  ///< the weights that validation has: the trainer's, or their moving averages
  std::optional<MeanLoss> valid_loss_;
  std::optional<ValidationTranslations> translations_;
};

}  // namespace weft::nmt
