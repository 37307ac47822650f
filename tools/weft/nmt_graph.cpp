#include "tools/weft/nmt_graph.h"

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
constexpr std::int64_t most_layers = 16;
constexpr std::int64_t widest = std::int64_t{1} << 30;

nmt::ModelConfig model_config(const NmtGraphOptions& options, const nmt::Config& preset) {
  nmt::ModelConfig config = preset.model;
  const UsualVocabulary usual = options.preset == "small" ? of_builtin_corpus : of_tutorial;
  config.source_vocabulary = options.source_vocabulary.value_or(usual.source);
  config.target_vocabulary = options.target_vocabulary.value_or(usual.target);
  config.embedding = options.embedding.value_or(config.embedding);
  config.units = options.units.value_or(config.units);
  if (options.variant) config.variant = nmt::parse_variant(*options.variant);
  if (options.attention) config.attention = nmt::parse_attention(*options.attention);
  config.attention_positions = options.attention_positions.value_or(config.attention_positions);
  if (options.cell) config.cell = nmt::parse_cell(*options.cell);
  config.layers = options.layers.value_or(config.layers);
  config.bidirectional = options.bidirectional;
  config.self_attention = options.self_attention;
  config.tied_embeddings = options.tied_embeddings;
  return config;
}

}  // namespace

void add_nmt_graph_options(const Command& command, NmtGraphOptions& options, const Option& model) {
  const std::string group = "The translator (with --model nmt)";
  const auto add = [&](const std::string& name, auto& content, const std::string& help) {
    return command.option(name, content, help).needs(model).group(group);
  };
  const std::vector<std::string_view> presets = nmt::preset_names();
  add("--preset", options.preset, "Sizes and variant")
      .one_of(std::vector<std::string>(presets.begin(), presets.end()))
      .show_default();
  add("--graph", options.graph,
      "forward: logits. loss: of a batch. training: forward, backward and update. update: of several batches, with "
      "--accumulate. encoder: reads the source. decoder: one step of search")
      .one_of({"forward", "loss", "training", "update", "encoder", "decoder", "decoding"})
      .show_default();
  add("--variant", options.variant, "masked: padding changes nothing. tutorial: to the letter")
      .one_of({"masked", "tutorial"});
  add("--rows", options.rows, "Sentences of a batch").between(std::int64_t{1}, widest).show_default();
  add("--source-length", options.source_length, "Steps of the encoder")
      .between(std::int64_t{1}, longest)
      .show_default();
  add("--target-length", options.target_length, "Tokens of the target, with <start> and <end>")
      .between(std::int64_t{2}, longest)
      .show_default();
  add("--source-vocabulary", options.source_vocabulary,
      "Words, with padding; otherwise those of the preset's usual sentences")
      .between(1, widest);
  add("--target-vocabulary", options.target_vocabulary,
      "Words, with padding; otherwise those of the preset's usual sentences")
      .between(1, widest);
  add("--embedding", options.embedding, "Numbers a word becomes").between(1, widest);
  add("--units", options.units, "Numbers of a state").between(1, widest);
  add("--attention", options.attention, "How the decoder reads the source")
      .one_of({"additive", "dot", "general", "location", "hard", "none"});
  add("--attention-positions", options.attention_positions, "Source tokens that --attention location can attend to")
      .between(1, longest);
  add("--cell", options.cell, "The recurrent cell").one_of({"gru", "lstm"});
  add("--layers", options.layers, "Recurrent layers of the encoder, and of the decoder").between(1, most_layers);
  add("--monte-carlo-samples", options.samples, "Sequences of positions a sentence, with --attention hard")
      .between(1, longest);
  add("--dropout", options.dropout, "Share set to 0, in training, at every place of `weft-nmt train --dropout-...`")
      .not_negative()
      .show_default();
  add("--accumulate", options.accumulate,
      "Batches an update: more than one, and the training graph only adds up gradients")
      .between(1, 4096)
      .show_default();
  const auto add_flag = [&](const std::string& name, bool& given, const std::string& help) {
    command.flag(name, given, help).needs(model).group(group);
  };
  add_flag("--bidirectional", options.bidirectional, "The encoder reads in both directions");
  add_flag("--self-attention", options.self_attention, "The encoder attends to its states before, with --cell lstm");
  add_flag("--tied-embeddings", options.tied_embeddings, "Words are scored by the vectors that the decoder reads");
}

Graph build_nmt_graph(const NmtGraphOptions& options) {
  nmt::Config config = nmt::preset(options.preset);
  config.model = model_config(options, config);
  config.training.monte_carlo_samples = options.samples.value_or(config.training.monte_carlo_samples);
  require(options.dropout < 1.0, "--dropout is {}: a number below 1 is needed", options.dropout);
  config.training.dropout = {.embedding = options.dropout,
                             .layers = config.model.layers > 1 ? options.dropout : 0.0,
                             .context = options.dropout,
                             .output = options.dropout,
                             .recurrent = options.dropout};
  config.training.accumulate = options.accumulate;
  require(options.graph != "update" || options.accumulate > 1,
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
