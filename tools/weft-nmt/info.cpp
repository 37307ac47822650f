#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "graph/base/json_value.h"
#include "graph/base/quantity.h"
#include "models/nmt/config/settings.h"
#include "models/nmt/network/parameters.h"
#include "models/nmt/training/run_directory.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"

namespace weft::nmt {
namespace {

constexpr const char* info_examples = R"(Examples:
  weft-nmt info --run runs/small
  weft-nmt info --run runs/small --json | jq .parameter_count)";

struct InfoOptions {
  std::string run;
  bool json = false;
};

struct Pointers {
  std::string latest;
  std::string best;
};

/// What `latest` and `best` name; empty where they name nothing.
Pointers pointers(const RunDirectory& run) {
  const auto target = [&](const char* name) {
    return std::filesystem::exists(run.path() / name) ? run.resolve(name) : std::string();
  };
  return {target("latest"), target("best")};
}

std::optional<TrainingState> latest_state(const RunDirectory& run) {
  if (run.names().empty()) return std::nullopt;
  return run.load("latest").state;
}

std::string text(const RunDirectory& run) {
  const Config& config = run.config();
  std::string text =
      fmt::format("Run {}\n\nSystem\n  {}\n\nSettings\n", run.path().string(), describe_system(config.model));
  for (const Setting& setting : settings()) {
    const std::string value = setting_text(setting.get(config));
    if (!value.empty()) text += fmt::format("  {:<20}{}\n", setting.name, value);
  }

  text += "\nParameters\n";
  const Graph graph = parameters_graph(config.model);
  for (const Value parameter : graph.parameters())
    text += fmt::format("  {:<32}{:<20}{:>14}\n", parameter.name(), parameter.type().to_string(),
                        parameter.shape().volume());
  text += fmt::format("  {:<32}{:<20}{:>14}\n", "in all", "", count_parameters(config.model));

  const Pointers names = pointers(run);
  text += "\nCheckpoints\n";
  for (const std::string& name : run.names()) {
    text += fmt::format("  {:<32}{:>12}{}{}\n", name, bytes_text(std::filesystem::file_size(run.checkpoint_path(name))),
                        name == names.latest ? "  latest" : "", name == names.best ? "  best" : "");
  }
  if (run.has_average())
    text += fmt::format("  {:<32}{:>12}\n", RunDirectory::averaged,
                        bytes_text(std::filesystem::file_size(run.checkpoint_path(RunDirectory::averaged))));
  if (const auto state = latest_state(run)) {
    text += fmt::format("\nTraining\n  steps               {}\n  epochs finished     {}\n", state->step, state->epoch);
    if (state->batch_in_epoch > 0) text += fmt::format("  batches after them  {}\n", state->batch_in_epoch);
    if (state->best_epoch > 0) text += fmt::format("  best epoch          {}\n", state->best_epoch);
    const double loss = best_measure(*state, valid_loss), bleu = best_measure(*state, valid_bleu);
    if (loss > 0) text += fmt::format("  best valid loss     {:.4f}\n", loss);
    if (bleu > 0) text += fmt::format("  best valid BLEU     {:.2f}\n", bleu);
  } else {
    text += "  none yet\n";
  }
  return text;
}

std::string json(const RunDirectory& run) {
  const Config& config = run.config();
  Json object{{"run", run.path().string()}};
  object["system"] = describe_system(config.model);
  object["settings"] = settings_json(config);
  const Graph graph = parameters_graph(config.model);
  for (const Value parameter : graph.parameters()) object["parameters"][parameter.name()] = parameter.shape().extents();
  object["parameter_count"] = count_parameters(config.model);
  const Pointers names = pointers(run);
  object["checkpoints"] = run.names();
  object["latest"] = names.latest;
  object["best"] = names.best;
  if (const auto state = latest_state(run)) {
    object["state"] = {{"step", state->step},
                       {"epoch", state->epoch},
                       {"batch_in_epoch", state->batch_in_epoch},
                       {"best_epoch", state->best_epoch},
                       {"best_valid_loss", best_measure(*state, valid_loss)},
                       {"best_valid_bleu", best_measure(*state, valid_bleu)},
                       {"seed", state->seed}};
  }
  return object.dump(2) + "\n";
}

void show(const InfoOptions& options) {
  const RunDirectory run = RunDirectory::open(options.run);
  print(options.json ? json(run) : text(run));
}

}  // namespace

void add_info(tool::Program& program) {
  const tool::Command command = program.command("info", "Show a run's settings, parameters and checkpoints");
  command.footer(info_examples);
  auto options = std::make_shared<InfoOptions>();
  command.option("--run", options->run, "The run directory that `weft-nmt train` made").required().value("DIR");
  command.flag("--json", options->json, "Print a JSON object");
  command.action([options] { show(*options); });
}

}  // namespace weft::nmt
