#include "models/nmt/config/settings.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/json_parse.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "graph/base/suggestion.h"
#include "models/nmt/data/corpus_columns.h"
#include "models/nmt/text/language.h"

namespace weft::nmt {
namespace {

constexpr std::int64_t max_words = std::int64_t{1} << 24;
constexpr std::int64_t max_pieces = 1'000'000;
constexpr std::int64_t max_pairs = std::int64_t{1} << 32;
constexpr std::int64_t max_width = 16384;
constexpr std::size_t longest_shown = 80;  // bytes of a name or text, in messages

// ---- Members of Config as values and back.
SettingValue to_value(bool member) { return member; }
SettingValue to_value(std::int64_t member) { return member; }
SettingValue to_value(std::uint64_t member) { return static_cast<std::int64_t>(member); }
SettingValue to_value(double member) { return member; }
SettingValue to_value(const std::string& member) { return member; }
SettingValue to_value(Variant member) { return std::string(to_string(member)); }
SettingValue to_value(AttentionKind member) { return std::string(to_string(member)); }
SettingValue to_value(CellKind member) { return std::string(to_string(member)); }
SettingValue to_value(LossNormalisation member) { return std::string(to_string(member)); }
SettingValue to_value(SplitKind member) { return std::string(to_string(member)); }
SettingValue to_value(Schedule member) { return std::string(to_string(member)); }
SettingValue to_value(TrainingPrecision member) { return std::string(to_string(member)); }
SettingValue to_value(Precision member) { return std::string(weft::to_string(member)); }
SettingValue to_value(BestBy member) { return std::string(to_string(member)); }
SettingValue to_value(Normaliser member) { return std::string(normaliser_name(member)); }
SettingValue to_value(SubwordKind member) { return std::string(to_string(member)); }

void assign(bool& member, const SettingValue& value) { member = std::get<bool>(value); }
void assign(std::int64_t& member, const SettingValue& value) { member = std::get<std::int64_t>(value); }
void assign(std::uint64_t& member, const SettingValue& value) {
  member = static_cast<std::uint64_t>(std::get<std::int64_t>(value));
}
void assign(double& member, const SettingValue& value) { member = std::get<double>(value); }
void assign(std::string& member, const SettingValue& value) { member = std::get<std::string>(value); }
void assign(Variant& member, const SettingValue& value) { member = parse_variant(std::get<std::string>(value)); }
void assign(AttentionKind& member, const SettingValue& value) {
  member = parse_attention(std::get<std::string>(value));
}
void assign(CellKind& member, const SettingValue& value) { member = parse_cell(std::get<std::string>(value)); }
void assign(LossNormalisation& member, const SettingValue& value) {
  member = parse_loss_normalisation(std::get<std::string>(value));
}
void assign(SplitKind& member, const SettingValue& value) { member = parse_split_kind(std::get<std::string>(value)); }
void assign(Schedule& member, const SettingValue& value) { member = parse_schedule(std::get<std::string>(value)); }
void assign(TrainingPrecision& member, const SettingValue& value) {
  member = parse_training_precision(std::get<std::string>(value));
}
void assign(Precision& member, const SettingValue& value) { member = parse_precision(std::get<std::string>(value)); }
void assign(BestBy& member, const SettingValue& value) { member = parse_best_by(std::get<std::string>(value)); }
void assign(Normaliser& member, const SettingValue& value) { member = find_normaliser(std::get<std::string>(value)); }
void assign(SubwordKind& member, const SettingValue& value) {
  member = parse_subword_kind(std::get<std::string>(value));
}

/// The setting of a member of Config.
template <auto Member>
Setting setting(std::string_view name, SettingGroup group, std::string_view summary, SettingKind kind) {
  return {name,
          group,
          summary,
          std::move(kind),
          [](const Config& config) { return to_value(config.*Member); },
          [](Config& config, const SettingValue& value) { assign(config.*Member, value); }};
}

/// The setting of a member of a part of Config.
template <auto Part, auto Member>
Setting setting(std::string_view name, SettingGroup group, std::string_view summary, SettingKind kind) {
  return {name,
          group,
          summary,
          std::move(kind),
          [](const Config& config) { return to_value(config.*Part.*Member); },
          [](Config& config, const SettingValue& value) { assign(config.*Part.*Member, value); }};
}

/// One that some versions of config.json have not.
Setting later(Setting setting) {
  setting.is_later = true;
  return setting;
}

template <typename Enum>
Choice choice_of() {
  return {names_of<Enum>()};
}

template <auto Member>
Setting data_setting(std::string_view name, std::string_view summary, SettingKind kind) {
  return setting<&Config::data, Member>(name, SettingGroup::data, summary, std::move(kind));
}

template <auto Member>
Setting language_setting(std::string_view name, std::string_view summary) {
  return {name,
          SettingGroup::data,
          summary,
          LanguageCode{},
          [](const Config& config) { return to_value(config.*Member); },
          [](Config& config, const SettingValue& value) {
            config.*Member = canonical_language(std::get<std::string>(value)).value();
          }};
}

template <auto Member>
Setting training_setting(std::string_view name, std::string_view summary, SettingKind kind) {
  return setting<&Config::training, Member>(name, SettingGroup::training, summary, std::move(kind));
}

template <auto Member>
Setting dropout_setting(std::string_view name, std::string_view summary) {
  return {name,
          SettingGroup::training,
          summary,
          NumberRange{0, 0.99},
          [](const Config& config) { return to_value(config.training.dropout.*Member); },
          [](Config& config, const SettingValue& value) { assign(config.training.dropout.*Member, value); }};
}

template <auto Member>
Setting model_setting(std::string_view name, SettingGroup group, std::string_view summary, SettingKind kind) {
  return setting<&Config::model, Member>(name, group, summary, std::move(kind));
}

std::vector<Setting> make_settings() {
  using enum SettingGroup;
  return {
      setting<&Config::preset>("preset", model, "the sizes to start from", Choice{preset_names()}),

      data_setting<&DataConfig::builtin>("builtin", "train on the built-in sentences, French to English", Switch{}),
      data_setting<&DataConfig::corpus>("data", "train on a corpus: a file of pairs, or one a side, as told below",
                                        CorpusName{}),
      data_setting<&DataConfig::train>("train", "train on a corpus that is split already, with --valid", CorpusName{}),
      data_setting<&DataConfig::valid>("valid", "what to measure after each epoch, with --train", CorpusName{}),
      data_setting<&DataConfig::test>("test", "what `evaluate` measures, with --train", CorpusName{}),
      later(language_setting<&Config::source_language>("source-language", "the language that is translated")),
      later(language_setting<&Config::target_language>("target-language", "the language that it is translated to")),
      later(data_setting<&DataConfig::columns>(
          "columns",
          "where the source and the target stand in a line, by number or by the header's names (unless given 2,1, of "
          "at most 3)",
          ColumnPair{})),
      data_setting<&DataConfig::limit>("limit", "pairs to read of the corpus; 0: all", IntegerRange{0, max_pairs}),
      data_setting<&DataConfig::max_length>("max-length", "leave out pairs with more tokens than that on a side",
                                            IntegerRange{3, 512}),
      data_setting<&DataConfig::split>("split",
                                       "how to split the corpus; leak-free keeps pairs that share a sentence together",
                                       choice_of<SplitKind>()),
      data_setting<&DataConfig::valid_fraction>("valid-fraction", "share of the corpus to measure after each epoch",
                                                NumberRange{0, 0.9}),
      data_setting<&DataConfig::test_fraction>("test-fraction", "share of the corpus kept for `evaluate`",
                                               NumberRange{0, 0.9}),
      setting<&Config::vocabulary_limit>("vocabulary-limit", SettingGroup::data,
                                         "words to know in each language, the most frequent; 0: all",
                                         IntegerRange{0, max_words}),
      setting<&Config::normaliser>("normaliser", SettingGroup::data,
                                   "how a sentence becomes words: tutorial is lower case without accents, reversible "
                                   "keeps everything and is undone in translations; unless given, reversible for all "
                                   "languages but fr to en",
                                   Choice{normaliser_names()}),
      later(setting<&Config::subwords>(
          "subwords", SettingGroup::data,
          "make words of so many pieces a language, which SentencePiece learns; 0: no pieces",
          IntegerRange{0, max_pieces})),
      later(setting<&Config::subword_model>("subword-model", SettingGroup::data,
                                            "how pieces are found, with --subwords", Choice{{"unigram", "bpe"}})),

      model_setting<&ModelConfig::variant>("variant", model,
                                           "the mathematics: masked leaves padding out, tutorial is it to the letter",
                                           choice_of<Variant>()),
      model_setting<&ModelConfig::embedding>("embedding", model, "numbers that stand for a word",
                                             IntegerRange{1, max_width}),
      model_setting<&ModelConfig::units>("units", model, "width of a layer's state and of the attention",
                                         IntegerRange{1, max_width}),
      later(model_setting<&ModelConfig::attention>(
          "attention", model,
          "how the decoder reads the source: by additive, dot, general or location-based scores, at one position "
          "(hard), or as one fixed vector (none)",
          choice_of<AttentionKind>())),
      later(model_setting<&ModelConfig::attention_positions>(
          "attention-positions", model, "source tokens that --attention location can attend to, from the first one",
          IntegerRange{1, 4096})),
      later(model_setting<&ModelConfig::cell>("cell", model, "the recurrent cell of encoder and decoder",
                                              choice_of<CellKind>())),
      later(model_setting<&ModelConfig::layers>("layers", model, "recurrent layers of the encoder, and of the decoder",
                                                IntegerRange{1, 16})),
      later(model_setting<&ModelConfig::bidirectional>("bidirectional", model, "the encoder reads in both directions",
                                                       Switch{})),
      later(model_setting<&ModelConfig::self_attention>(
          "self-attention", model, "the encoder attends to all its states before, with --cell lstm", Switch{})),
      later(model_setting<&ModelConfig::tied_embeddings>(
          "tied-embeddings", model, "the decoder's words have one vector each, to be read and to be scored with",
          Switch{})),
      model_setting<&ModelConfig::source_vocabulary>("source-vocabulary", derived, "ids of the source language",
                                                     IntegerRange{0, max_words + 2}),
      model_setting<&ModelConfig::target_vocabulary>("target-vocabulary", derived, "ids of the target language",
                                                     IntegerRange{0, max_words + 2}),

      training_setting<&TrainingConfig::epochs>("epochs", "times to go through the sentences",
                                                IntegerRange{1, 1'000'000}),
      training_setting<&TrainingConfig::batch>("batch", "pairs in a batch", IntegerRange{1, 4096}),
      later(training_setting<&TrainingConfig::length_step>(
          "length-step",
          "lengths are padded to multiples of it: fewer shapes to compile, and a loss that, as it is masked, stays the "
          "same",
          IntegerRange{1, 1024})),
      later(training_setting<&TrainingConfig::accumulate>(
          "accumulate", "batches whose gradients make one update, as one larger batch would", IntegerRange{1, 4096})),
      training_setting<&TrainingConfig::learning_rate>("learning-rate", "Adam's step size", NumberRange{1e-9, 10}),
      later(training_setting<&TrainingConfig::schedule>("schedule", "how the learning rate changes",
                                                        choice_of<Schedule>())),
      later(training_setting<&TrainingConfig::warmup>("warmup", "steps in which the learning rate grows from nothing",
                                                      IntegerRange{0, 1'000'000'000})),
      later(training_setting<&TrainingConfig::decay>(
          "decay", "what the learning rate is multiplied by: exponential, each epoch; plateau, where none was better",
          NumberRange{0.001, 1})),
      later(training_setting<&TrainingConfig::plateau_patience>(
          "plateau-patience", "epochs without a better one before the schedule plateau decays",
          IntegerRange{0, 1'000'000})),
      later(training_setting<&TrainingConfig::average>(
          "average", "decay of a moving average of the weights, which then validates and translates; 0: none",
          NumberRange{0, 0.999999})),
      later(training_setting<&TrainingConfig::weight_decay>(
          "weight-decay", "share of each matrix that an update takes, times the learning rate: AdamW",
          NumberRange{0, 10})),
      training_setting<&TrainingConfig::clip_norm>(
          "clip", "longest gradient, longer ones are shortened to it; 0: no limit", NumberRange{0, 1e6}),
      training_setting<&TrainingConfig::label_smoothing>("label-smoothing", "share of the target spread over all words",
                                                         NumberRange{0, 0.9}),
      later(dropout_setting<&DropoutConfig::embedding>("dropout-embedding", "share of the words' vectors set to 0")),
      later(dropout_setting<&DropoutConfig::layers>(
          "dropout-layers", "share set to 0 of what each layer reads of the one below, with --layers")),
      later(dropout_setting<&DropoutConfig::context>("dropout-context",
                                                     "share set to 0 of what the attention gives the decoder")),
      later(dropout_setting<&DropoutConfig::output>("dropout-output",
                                                    "share of the decoder's state set to 0 before a word is chosen")),
      later(dropout_setting<&DropoutConfig::recurrent>(
          "dropout-recurrent", "share of the states set to 0 before recurrent products, the same at every step")),
      training_setting<&TrainingConfig::normalisation>("loss-normalisation",
                                                       "what the loss is a mean over; unless given, the variant's",
                                                       choice_of<LossNormalisation>()),
      later(training_setting<&TrainingConfig::monte_carlo_samples>(
          "monte-carlo-samples", "sequences of positions drawn a sentence, with --attention hard",
          IntegerRange{1, 64})),
      later(training_setting<&TrainingConfig::expected_attention>(
          "expected-attention",
          "share of those sequences that draw nothing, and attend to the mean of all positions by their weights",
          NumberRange{0, 1})),
      later(training_setting<&TrainingConfig::entropy_weight>(
          "entropy-weight", "reward for undecided distributions of positions, with --attention hard",
          NumberRange{0, 100})),
      later(training_setting<&TrainingConfig::baseline_decay>(
          "baseline-decay", "share of the moving baseline that a step leaves, with --attention hard",
          NumberRange{0, 1})),
      training_setting<&TrainingConfig::seed>("seed", "makes weights, split and order; the same seed, the same bits",
                                              IntegerRange{0, std::numeric_limits<std::int64_t>::max()}),
      later(training_setting<&TrainingConfig::precision>(
          "precision",
          "what products take their factors in: bf16 is faster where the processor multiplies it, which auto finds out",
          choice_of<TrainingPrecision>())),
      later(training_setting<&TrainingConfig::communicate>("communicate",
                                                           "what several processes round the gradients that they send "
                                                           "each other to; with bf16 the weights depend on how "
                                                           "many these are",
                                                           choice_of<Precision>())),
      later(training_setting<&TrainingConfig::kernels>(
          "kernels",
          "what runs the products: default, by a built-in rule; measure, the fastest kernels here, timed once, kept in "
          "kernels.json and repeated; or the kernels.json of another run",
          FilePath{{default_kernels, measured_kernels}})),
      training_setting<&TrainingConfig::checkpoint_every>("checkpoint-every",
                                                          "epochs between checkpoints; also at the best and at the end",
                                                          IntegerRange{1, 1'000'000}),
      training_setting<&TrainingConfig::keep>("keep", "checkpoints to keep beside the best",
                                              IntegerRange{1, 1'000'000}),
      later(training_setting<&TrainingConfig::best_by>(
          "best-by",
          "what makes an epoch the best: the validation sentences' loss, or the "
          "BLEU of their translations",
          choice_of<BestBy>())),
      later(training_setting<&TrainingConfig::patience>(
          "patience", "stop after that many epochs without a better one; 0: never", IntegerRange{0, 1'000'000})),
      later(training_setting<&TrainingConfig::valid_sentences>(
          "valid-sentences", "validation sentences to translate after each epoch, for BLEU and chrF; 0: none",
          IntegerRange{0, max_pairs})),
      later(training_setting<&TrainingConfig::samples>(
          "samples",
          "validation sentences whose translations are kept of every epoch with attention, for `weft-nmt report`",
          IntegerRange{0, 100})),
  };
}

/// The value of a JSON member, if its kind is one that a setting may have.
SettingValue value_of(const nlohmann::json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) {
    require(json.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()),
            "{} is too large", json.dump());
    return json.get<std::int64_t>();
  }
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  fail("{} is no value of a setting", json.is_null() ? "null" : json.type_name());
}

/// A whole number where any number may stand.
SettingValue widened(const Setting& setting, const SettingValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer != nullptr && std::holds_alternative<NumberRange>(setting.kind)) return static_cast<double>(*integer);
  return value;
}

struct IsAllowed {
  const SettingValue& value;

  bool operator()(const Switch&) const { return std::holds_alternative<bool>(value); }
  bool operator()(const IntegerRange& range) const {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number != nullptr && *number >= range.least && *number <= range.most;
  }
  bool operator()(const NumberRange& range) const {
    const auto* number = std::get_if<double>(&value);
    return number != nullptr && *number >= range.least && *number <= range.most;  // and so no NaN
  }
  bool operator()(const Choice& choice) const {
    const auto* name = std::get_if<std::string>(&value);
    return name != nullptr && std::ranges::find(choice.names, *name) != choice.names.end();
  }
  bool operator()(const FilePath&) const {
    const auto* path = std::get_if<std::string>(&value);
    return path != nullptr && path->find('\0') == std::string::npos;
  }
  bool operator()(const CorpusName&) const { return (*this)(FilePath{}); }
  bool operator()(const LanguageCode&) const {
    const auto* code = std::get_if<std::string>(&value);
    return code != nullptr && canonical_language(*code).has_value();
  }
  bool operator()(const ColumnPair&) const {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && (text->empty() || parse_columns(*text).has_value());
  }
};

struct PlaceholderOf {
  std::string operator()(const Switch&) const { return ""; }
  std::string operator()(const IntegerRange&) const { return "N"; }
  std::string operator()(const NumberRange&) const { return "X"; }
  std::string operator()(const Choice& choice) const { return joined(choice.names, "|"); }
  std::string operator()(const FilePath& file) const {
    return file.names.empty() ? "FILE" : joined(file.names, "|") + "|FILE";
  }
  std::string operator()(const CorpusName&) const { return "CORPUS"; }
  std::string operator()(const LanguageCode&) const { return "CODE"; }
  std::string operator()(const ColumnPair&) const { return "S,T"; }
};

struct DescribeKind {
  std::string operator()(const Switch&) const { return "true or false"; }
  std::string operator()(const IntegerRange& range) const {
    return fmt::format("a whole number from {} to {}", range.least, range.most);
  }
  std::string operator()(const NumberRange& range) const {
    return fmt::format("a number from {} to {}", range.least, range.most);
  }
  std::string operator()(const Choice& choice) const {
    return fmt::format("{}{}", choice.names.size() > 1 ? "one of " : "", joined(choice.names, ", "));
  }
  std::string operator()(const FilePath& file) const {
    return file.names.empty() ? "a path" : fmt::format("{}, or a path", joined(file.names, ", "));
  }
  std::string operator()(const CorpusName&) const { return "a path, or SOURCE,TARGET"; }
  std::string operator()(const LanguageCode&) const {
    return "a language's code (BCP 47 or ISO 639), such as fr, de or zh-Hant";
  }
  std::string operator()(const ColumnPair&) const {
    return "two columns, the source's and the target's, by number or by the header's names: 2,1 or de,en";
  }
};

/// A value as a message shows it.
std::string shown(const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? fmt::format("\"{}\"", excerpt(*text, longest_shown)) : setting_text(value);
}

[[noreturn]] void fail_value(const Setting& setting, std::string_view value, std::string_view advice = "") {
  fail("'{}' is {}, it must be {}{}", setting.name, value, describe_kind(setting), advice);
}

/// What goes with a variant: its loss; with the tutorial to the letter its training, which is the plainest.
void follow_variant(Config& config) {
  const bool is_tutorial = config.model.variant == Variant::tutorial;
  config.training.normalisation = is_tutorial ? LossNormalisation::batch_mean : LossNormalisation::token_mean;
  if (!is_tutorial) return;
  config.training.schedule = Schedule::constant;
  config.training.dropout = {};
}

bool is_language(const Setting& setting) { return std::holds_alternative<LanguageCode>(setting.kind); }

/// What goes with languages: a normaliser that keeps their letters.
void follow_languages(Config& config) {
  if (default_normaliser(config.source_language, config.target_language) == Normaliser::reversible) {
    config.normaliser = Normaliser::reversible;
  }
}

}  // namespace

std::span<const Setting> settings() {
  static const std::vector<Setting> all = make_settings();
  return all;
}

const Setting& find_setting(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Setting& candidate : settings()) {
    if (candidate.name == name) return candidate;
    names.push_back(candidate.name);
  }
  const std::string shown = excerpt(name, longest_shown);
  fail("there is no setting \"{}\"{}", shown, suggestion(shown, names));
}

std::string help_of(const Setting& setting) {
  std::string text(setting.summary);
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

std::string placeholder(const Setting& setting) { return std::visit(PlaceholderOf{}, setting.kind); }

std::string describe_kind(const Setting& setting) { return std::visit(DescribeKind{}, setting.kind); }

void check_setting(const Setting& setting, const SettingValue& value) {
  if (std::visit(IsAllowed{value}, setting.kind)) return;
  const auto* text = std::get_if<std::string>(&value);
  fail_value(setting, shown(value), text != nullptr && is_language(setting) ? language_suggestion(*text) : "");
}

SettingValue parse_setting(const Setting& setting, std::string_view text) {
  SettingValue value = std::string(text);
  if (std::holds_alternative<Switch>(setting.kind)) {
    if (text == "true" || text == "false") value = text == "true";
  } else if (std::holds_alternative<IntegerRange>(setting.kind)) {
    if (const auto number = parse_integer(text)) value = *number;
  } else if (std::holds_alternative<NumberRange>(setting.kind)) {
    if (const auto number = parse_double(text)) value = *number;
  }
  check_setting(setting, value);
  return value;
}

std::string setting_text(const SettingValue& value) {
  if (const auto* yes = std::get_if<bool>(&value)) return *yes ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);  // the shortest exact form
  return std::get<std::string>(value);
}

SettingValues settings_from_json(std::string_view text, std::string_view origin) {
  try {
    const nlohmann::json object = parse_json(text);
    require(object.is_object(), "it must hold one JSON object, such as {{\"units\": 512}}");
    SettingValues values;
    for (const auto& [name, member] : object.items()) {
      const Setting& setting = find_setting(name);
      if (member.is_structured() || member.is_null()) fail_value(setting, member.type_name());
      const SettingValue value = widened(setting, value_of(member));
      check_setting(setting, value);
      values.emplace(name, value);
    }
    return values;
  } catch (const Error& error) {
    fail("{}: {}", origin, error.what());
  }
}

Config with_settings(Config config, const SettingValues& values) {
  for (const Setting& setting : settings()) {
    const auto at = values.find(setting.name);
    if (at == values.end()) continue;
    check_setting(setting, at->second);
    const SettingValue before = setting.get(config);
    setting.set(config, at->second);
    // What is given of that which follows comes later.
    if (setting.name == "variant") follow_variant(config);
    if (is_language(setting) && setting.get(config) != before) follow_languages(config);
  }
  return config;
}

}  // namespace weft::nmt
