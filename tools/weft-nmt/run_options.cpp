#include "tools/weft-nmt/run_options.h"

#include <fmt/format.h>

#include <filesystem>

#include "graph/base/error.h"
#include "models/nmt/network/weights.h"
#include "models/nmt/training/provenance.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/threads_option.h"

namespace weft::nmt {

namespace {

/// A run that was stopped in its first epoch has no best checkpoint yet.
std::string default_checkpoint(const RunDirectory& run) {
  return std::filesystem::exists(run.path() / "best") ? "best" : "latest";
}

}  // namespace

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
  RunDirectory run = RunDirectory::open(options.run);
  const std::string name = run.resolve(options.checkpoint.empty() ? default_checkpoint(run) : options.checkpoint);
  const Checkpoint checkpoint = run.load(name);
  if (!checkpoint.says_provenance) say(fmt::format("weft-nmt: {}", unknown_provenance(run.checkpoint_path(name))));
  try {
    std::shared_ptr<Variables> weights = load_weights(run.config().model, checkpoint.variables);
    return {std::move(run), name, checkpoint.state, std::move(weights)};
  } catch (const Error& error) {
    fail("{}: {}", run.checkpoint_path(name).string(), error.what());
  }
}

}  // namespace weft::nmt
