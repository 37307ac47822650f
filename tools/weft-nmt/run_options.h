#pragma once

#include <string>

#include "models/nmt/training/trained_model.h"
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

/// The model that the options mean. Throws Error as load_model(path) does; warns of a checkpoint that does not say what
/// it was trained with.
TrainedModel load_model(const RunOptions& options);

}  // namespace weft::nmt
