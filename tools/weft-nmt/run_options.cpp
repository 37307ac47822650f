#include "tools/weft-nmt/run_options.h"

#include <fmt/format.h>

#include "models/nmt/training/provenance.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/threads_option.h"

namespace weft::nmt {

void add_checkpoint_options(const tool::Command& command, std::string& checkpoint) {
  command
      .option("--checkpoint", checkpoint,
              "best, latest, averaged (by `weft-nmt average`), or the name of a checkpoint (default: best, or latest "
              "while there is no best)")
      .value("NAME");
  add_threads_option(command);
}

void add_run_options(const tool::Command& command, RunOptions& options) {
  command.option("--run", options.run, "The run directory that `weft-nmt train` made").required().value("DIR");
  add_checkpoint_options(command, options.checkpoint);
}

TrainedModel load_model(const RunOptions& options) {
  TrainedModel model = load_model(options.run, options.checkpoint);
  if (!model.says_provenance)
    say(fmt::format("weft-nmt: {}", unknown_provenance(model.run.checkpoint_path(model.checkpoint))));
  return model;
}

}  // namespace weft::nmt
