#include "tools/weft/nmt_graph.h"

#include <fmt/format.h>

#include "graph/base/error.h"
#include "models/nmt/network/model.h"

namespace weft::tool {
namespace {

/// A preset does not say how many words the sentences have that it will be trained on; these are the words, with
/// padding and <unk>, of its usual ones: the tutorial's 50,000 pairs, or the built-in corpus.
struct UsualVocabulary {
  std::int64_t source;
  std::int64_t target;
};
constexpr UsualVocabulary of_tutorial{10268, 5922};
constexpr UsualVocabulary of_builtin_corpus{625, 458};

// The graph has one copy of the cell a step, so that lengths bound its size; the other extents only appear in shapes.
constexpr std::int64_t longest = 1000;
constexpr std::int64_t most_rows = std::int64_t{1} << 30;

bool changes_graph(const nmt::Setting& setting) {
  return setting.group == nmt::SettingGroup::model || setting.group == nmt::SettingGroup::derived ||
         setting.name == "monte-carlo-samples" || setting.name == "accumulate";
}

std::string preset_of(const NmtGraphOptions& options) {
  const auto given = options.settings.find("preset");
  return given == options.settings.end() ? "tutorial" : std::get<std::string>(given->second);
}

nmt::Config config_of(const NmtGraphOptions& options) {
  nmt::Config config = nmt::preset(preset_of(options));
  const UsualVocabulary usual = config.preset == "small" ? of_builtin_corpus : of_tutorial;
  config.model.source_vocabulary = usual.source;
  config.model.target_vocabulary = usual.target;
  for (const auto& [name, value] : options.settings) nmt::find_setting(name).set(config, value);
  for (const auto& [name, on] : options.switches)
    if (on) nmt::find_setting(name).set(config, on);
  config.training.dropout = {.embedding = options.dropout,
                             .layers = config.model.layers > 1 ? options.dropout : 0.0,
                             .context = options.dropout,
                             .output = options.dropout,
                             .recurrent = options.dropout};
  return config;
}

nmt::SettingValue parsed(const nmt::Setting& setting, const std::string& text) {
  try {
    return nmt::parse_setting(setting, text);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

}  // namespace

std::vector<Option> add_nmt_graph_options(const Command& command, NmtGraphOptions& options, const Option& model) {
  const std::string group = "The translator (with --model nmt)";
  std::vector<Option> options_of_model;
  const auto keep = [&](const Option& option) {
    options_of_model.push_back(option.needs(model).group(group));
    return option;
  };
  const auto add = [&](const std::string& name, auto& content, const std::string& help) {
    return keep(command.option(name, content, help));
  };
  add("--graph", options.graph,
      "forward: logits. loss: of a batch. training: forward, backward and update. update: of several batches, with "
      "--accumulate. encoder: reads the source. decoder: one step of search")
      .one_of({"forward", "loss", "training", "update", "encoder", "decoder"})
      .show_default();
  add("--rows", options.rows, "Sentences of a batch").between(1, most_rows).show_default();
  add("--source-length", options.source_length, "Steps of the encoder").between(1, longest).show_default();
  add("--target-length", options.target_length, "Tokens of the target, with <start> and <end>")
      .between(2, longest)
      .show_default();
  add("--dropout", options.dropout, "Share set to 0, in training, at every place of `weft-nmt train --dropout-...`")
      .not_negative()
      .show_default();
  for (const nmt::Setting& setting : nmt::settings()) {
    if (!changes_graph(setting)) continue;
    const std::string name = fmt::format("--{}", setting.name);
    const std::string help = nmt::help_of(setting);
    if (std::holds_alternative<nmt::Switch>(setting.kind)) {
      keep(command.flag(name, options.switches[std::string(setting.name)], help));
      continue;
    }
    const auto take = [&setting, &options](const std::string& text) {
      options.settings[std::string(setting.name)] = parsed(setting, text);
    };
    keep(command.on_text(name, take, help).value(nmt::placeholder(setting)).one_value());
  }
  return options_of_model;
}

Graph build_nmt_graph(const NmtGraphOptions& options) {
  require(options.dropout < 1.0, "--dropout is {}: a number below 1 is needed", options.dropout);
  const nmt::Config config = config_of(options);
  require(options.graph != "update" || config.training.accumulate > 1,
          "--graph update is what ends the step of several batches: give --accumulate, more than 1");
  nmt::check_together(config);
  const nmt::ModelShape shape{options.rows, options.source_length, options.target_length};
  if (options.graph == "forward") return nmt::forward_graph(config.model, shape);
  if (options.graph == "loss") return nmt::loss_graph(config.model, shape, config.training.normalisation);
  if (options.graph == "training") return nmt::training_graph(config.model, config.training, shape);
  if (options.graph == "update") return nmt::update_graph(config.model, config.training);
  if (options.graph == "encoder") return nmt::encoder_graph(config.model, options.rows, options.source_length);
  return nmt::decoder_step_graph(config.model, options.rows, options.source_length);
}

}  // namespace weft::tool
