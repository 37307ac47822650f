#include "models/nmt/config/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/json_value.h"
#include "models/nmt/config/settings.h"

namespace weft::nmt {
namespace {

/// A name and what it stands for: one row of a table of names.
template <typename T>
struct Named {
  T value;
  std::string_view name;
};

template <typename T, std::size_t size>
std::string_view name_of(const Named<T> (&table)[size], T value) {
  for (const Named<T>& row : table) {
    if (row.value == value) return row.name;
  }
  throw InternalError("a value is missing from the table of its names");
}

template <typename T, std::size_t size>
std::vector<std::string_view> names_in(const Named<T> (&table)[size]) {
  std::vector<std::string_view> names;
  for (const Named<T>& row : table) names.push_back(row.name);
  return names;
}

template <typename T, std::size_t size>
T find_name(const Named<T> (&table)[size], std::string_view what, std::string_view name) {
  for (const Named<T>& row : table)
    if (row.name == name) return row.value;
  fail("there is no {} '{}'; choose one of: {}", what, name, joined(names_in(table), ", "));
}

constexpr Named<Variant> variants[] = {{Variant::masked, "masked"}, {Variant::tutorial, "tutorial"}};
constexpr Named<AttentionKind> attentions[] = {
    {AttentionKind::additive, "additive"}, {AttentionKind::dot, "dot"},   {AttentionKind::general, "general"},
    {AttentionKind::location, "location"}, {AttentionKind::hard, "hard"}, {AttentionKind::none, "none"}};
constexpr Named<CellKind> cells[] = {{CellKind::gru, "gru"}, {CellKind::lstm, "lstm"}};
constexpr Named<LossNormalisation> normalisations[] = {{LossNormalisation::token_mean, "token-mean"},
                                                       {LossNormalisation::batch_mean, "batch-mean"}};
constexpr Named<Schedule> schedules[] = {{Schedule::constant, "constant"},
                                         {Schedule::inverse_square_root, "inverse-square-root"},
                                         {Schedule::exponential, "exponential"},
                                         {Schedule::plateau, "plateau"}};
constexpr Named<BestBy> all_measures[] = {{BestBy::loss, "loss"}, {BestBy::bleu, "bleu"}};
constexpr Named<TrainingPrecision> precisions[] = {
    {TrainingPrecision::f32, "f32"}, {TrainingPrecision::bf16, "bf16"}, {TrainingPrecision::automatic, "auto"}};
constexpr Named<Precision> communicated[] = {{Precision::f32, "f32"}, {Precision::bf16, "bf16"}};
constexpr Named<SplitKind> splits[] = {{SplitKind::leak_free, "leak-free"}, {SplitKind::random, "random"}};

/// The sizes of the tutorial, which are the defaults, and its part of fra.txt; with what keeps so many weights from
/// learning so few sentences by heart.
Config tutorial_preset() {
  Config config;
  config.preset = "tutorial";
  config.data.limit = 50'000;
  config.training.schedule = Schedule::exponential;
  config.training.decay = 0.7;
  config.training.dropout.output = 0.3;
  return config;
}

/// What learns the built-in corpus within a minute on two cores, to translate nearly all of its held-out sentences.
Config small_preset() {
  Config config;
  config.preset = "small";
  config.model.embedding = 96;
  config.model.units = 128;
  config.training.batch = 32;
  config.training.epochs = 20;
  config.training.learning_rate = 2e-3;
  return config;
}

/// What translated best of all that docs/results.md reports on: for some 100,000 sentences and more, read and written
/// with their accents and capitals.
Config best_preset() {
  Config config;
  config.preset = "best";
  config.data.max_length = 100;
  config.normaliser = Normaliser::reversible;
  config.subwords = 8000;
  config.model.units = 512;
  config.model.bidirectional = true;
  config.training.epochs = 7;
  config.training.schedule = Schedule::exponential;
  config.training.decay = 0.8;
  config.training.average = 0.9995;
  config.training.label_smoothing = 0.1;
  config.training.dropout.embedding = 0.15;
  config.training.dropout.context = 0.1;
  config.training.dropout.output = 0.2;
  config.training.checkpoint_every = 1;
  return config;
}

constexpr Named<Config (*)()> presets[] = {
    {tutorial_preset, "tutorial"}, {small_preset, "small"}, {best_preset, "best"}};

}  // namespace

template <>
std::vector<std::string_view> names_of<Variant>() {
  return names_in(variants);
}
std::string_view to_string(Variant variant) { return name_of(variants, variant); }
Variant parse_variant(std::string_view name) { return find_name(variants, "variant", name); }

template <>
std::vector<std::string_view> names_of<AttentionKind>() {
  return names_in(attentions);
}
std::string_view to_string(AttentionKind attention) { return name_of(attentions, attention); }
AttentionKind parse_attention(std::string_view name) { return find_name(attentions, "attention", name); }

template <>
std::vector<std::string_view> names_of<CellKind>() {
  return names_in(cells);
}
std::string_view to_string(CellKind cell) { return name_of(cells, cell); }
CellKind parse_cell(std::string_view name) { return find_name(cells, "cell", name); }

template <>
std::vector<std::string_view> names_of<LossNormalisation>() {
  return names_in(normalisations);
}
std::string_view to_string(LossNormalisation normalisation) { return name_of(normalisations, normalisation); }
LossNormalisation parse_loss_normalisation(std::string_view name) {
  return find_name(normalisations, "loss normalisation", name);
}

template <>
std::vector<std::string_view> names_of<BestBy>() {
  return names_in(all_measures);
}
std::string_view to_string(BestBy measure) { return name_of(all_measures, measure); }
BestBy parse_best_by(std::string_view name) { return find_name(all_measures, "measure", name); }

template <>
std::vector<std::string_view> names_of<TrainingPrecision>() {
  return names_in(precisions);
}
std::string_view to_string(TrainingPrecision precision) { return name_of(precisions, precision); }
TrainingPrecision parse_training_precision(std::string_view name) { return find_name(precisions, "precision", name); }

template <>
std::vector<std::string_view> names_of<Precision>() {
  return names_in(communicated);
}
Precision parse_precision(std::string_view name) { return find_name(communicated, "precision", name); }

template <>
std::vector<std::string_view> names_of<Schedule>() {
  return names_in(schedules);
}
std::string_view to_string(Schedule schedule) { return name_of(schedules, schedule); }
Schedule parse_schedule(std::string_view name) { return find_name(schedules, "schedule", name); }

LearningRateSchedule learning_rate_schedule(const TrainingConfig& training) {
  return {.learning_rate = training.learning_rate,
          .schedule = training.schedule,
          .warmup = training.warmup,
          .decay = training.decay,
          .plateau_patience = training.plateau_patience};
}

template <>
std::vector<std::string_view> names_of<SplitKind>() {
  return names_in(splits);
}
std::string_view to_string(SplitKind split) { return name_of(splits, split); }
SplitKind parse_split_kind(std::string_view name) { return find_name(splits, "split", name); }

Normaliser default_normaliser(std::string_view source_language, std::string_view target_language) {
  return source_language == "fr" && target_language == "en" ? Normaliser::tutorial : Normaliser::reversible;
}

Config preset(std::string_view name) { return find_name(presets, "preset", name)(); }

std::vector<std::string_view> preset_names() { return names_in(presets); }

Json settings_json(const Config& config) {
  Json object;
  for (const Setting& setting : settings()) {
    std::visit([&](const auto& value) { object[std::string(setting.name)] = value; }, setting.get(config));
  }
  return object;
}

std::string to_json(const Config& config) { return settings_json(config).dump(2) + "\n"; }

Config config_from_json(std::string_view text, std::string_view origin) {
  const SettingValues values = settings_from_json(text, origin);
  for (const Setting& setting : settings()) {
    require(setting.is_later || values.contains(setting.name), "{}: '{}' is missing", origin, setting.name);
  }
  const Config config = with_settings(Config{}, values);
  try {
    check_together(config);
  } catch (const Error& error) {
    fail("{}: {}", origin, error.what());
  }
  return config;
}

std::string describe_system(const ModelConfig& config) {
  const std::string_view cell = config.cell == CellKind::gru ? "GRU" : "LSTM";
  const std::string layers = config.layers == 1 ? "" : fmt::format(" of {} layers", config.layers);
  const std::string attention = config.attention == AttentionKind::none
                                    ? "no attention"
                                    : fmt::format("{} attention", to_string(config.attention));
  return fmt::format("{}{} encoder{} and {} decoder{}, {}{}", config.bidirectional ? "bidirectional " : "", cell,
                     config.self_attention ? " with self-attention" : "", cell, layers, attention,
                     config.tied_embeddings ? ", tied embeddings" : "");
}

void check_model(const ModelConfig& config) {
  // The tutorial's mathematics are those of one model; each setting is what it must be there.
  const auto require_of_tutorial = [&](std::string_view name, std::string_view value, bool is_so) {
    require(config.variant != Variant::tutorial || is_so,
            "'variant' tutorial is the tutorial's model to the letter, which has '{}' {}: leave that as it is, or take "
            "'variant' masked",
            name, value);
  };
  require_of_tutorial("attention", "additive", config.attention == AttentionKind::additive);
  require_of_tutorial("cell", "gru", config.cell == CellKind::gru);
  require_of_tutorial("layers", "1", config.layers == 1);
  require_of_tutorial("bidirectional", "false", !config.bidirectional);
  require_of_tutorial("self-attention", "false", !config.self_attention);
  require_of_tutorial("tied-embeddings", "false", !config.tied_embeddings);
  require(config.attention != AttentionKind::dot || !config.bidirectional,
          "'attention' dot needs values as wide as the decoder's state, with 'bidirectional' they are twice as wide: "
          "take 'attention' general");
  require(!config.self_attention || config.cell == CellKind::lstm,
          "'self-attention' is over the memory cells of an LSTM, 'cell' is {}: take 'cell' lstm",
          to_string(config.cell));
}

void check_together(const Config& config) {
  check_model(config.model);
  require(
      config.source_language != config.target_language,
      "'source-language' and 'target-language' are both {}: tell them apart, as en-GB and en-US or en-x-plain and en",
      config.source_language);
  require(!config.data.builtin || (config.source_language == "fr" && config.target_language == "en"),
          "'builtin' is the built-in corpus, which is French and English (fr, en), but 'source-language' is {} and "
          "'target-language' is {}: leave them out, or give a corpus of these languages with --data",
          config.source_language, config.target_language);
  require(config.training.dropout.layers == 0 || config.model.layers > 1,
          "'dropout-layers' is {}, but 'layers' is 1: there is nothing between layers; take more of them, or "
          "'dropout-embedding' and 'dropout-output', which are before and behind the only one",
          config.training.dropout.layers);
  require(config.training.monte_carlo_samples == 1 || config.model.attention == AttentionKind::hard,
          "'monte-carlo-samples' is {}, but only 'attention' hard draws samples, it is {}",
          config.training.monte_carlo_samples, to_string(config.model.attention));
}

void validate(const Config& config) {
  for (const Setting& setting : settings()) check_setting(setting, setting.get(config));
  check_together(config);
}

}  // namespace weft::nmt
