#include "models/nmt/training/trained_model.h"

#include "graph/base/error.h"
#include "models/nmt/network/parameters.h"
#include "models/training/run/weights.h"

namespace weft::nmt {
namespace {

/// A run that was stopped in its first epoch has no best checkpoint yet.
std::string_view default_checkpoint(const RunDirectory& run) {
  return std::filesystem::exists(run.path() / "best") ? "best" : "latest";
}

}  // namespace

TrainedModel load_model(const std::filesystem::path& run_path, std::string_view which) {
  RunDirectory run = RunDirectory::open(run_path);
  const std::string name = run.resolve(which.empty() ? default_checkpoint(run) : which);
  const Checkpoint checkpoint = run.load(name);
  try {
    std::shared_ptr<Variables> weights = load_weights(parameters_graph(run.config().model), checkpoint.variables);
    return {std::move(run), name, checkpoint.state, checkpoint.says_provenance, std::move(weights)};
  } catch (const Error& error) {
    fail("{}: {}", run.checkpoint_path(name).string(), error.what());
  }
}

Translator translator_of(const TrainedModel& model, const TranslatorOptions& options) {
  return {model.run.config(), model.run.source(), model.run.target(), model.weights, options};
}

}  // namespace weft::nmt
