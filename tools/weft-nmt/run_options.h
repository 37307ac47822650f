#pragma once

#include <memory>
#include <string>

#include "backends/runtime/variables.h"
#include "models/nmt/training/run_directory.h"
#include "tools/common/command_line.h"

namespace weft::nmt {

/// Which trained model a command uses.
struct RunOptions {
  std::string run;
  std::string checkpoint;  ///< empty: the best, or the latest while there is no best
};
/// Adds --checkpoint and --threads.
void add_checkpoint_options(const tool::Command& command, std::string& checkpoint);
/// Adds those and --run.
void add_run_options(const tool::Command& command, RunOptions& options);

/// A trained model, as it was at a checkpoint.
struct TrainedModel {
  RunDirectory run;
  std::string checkpoint;  ///< its name
  TrainingState state;
  std::shared_ptr<Variables> weights;
};
/// Throws Error that names the file when the run or the checkpoint cannot be used.
TrainedModel load_model(const RunOptions& options);

}  // namespace weft::nmt
