#include "models/nmt/config/config.h"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "graph/base/json_parse.h"
#include "models/nmt/config/settings.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;

namespace {

/// What config_from_json says of the small preset's JSON with one key changed; null removes the key.
std::string message_with(const std::string& key, const nlohmann::json& value) {
  nlohmann::json object = weft::parse_json(to_json(preset("small")));
  if (value.is_null()) {
    object.erase(key);
  } else {
    object[key] = value;
  }
  return message_of([&] { config_from_json(object.dump(), "run/config.json"); });
}

/// What is said of the small preset with these settings.
std::string message_of_settings(const SettingValues& values) {
  return message_of([&] { check_together(with_settings(preset("small"), values)); });
}

Config preset_of_tutorial() { return with_settings(preset("tutorial"), {{"variant", "tutorial"}}); }

}  // namespace

TEST_CASE("the preset `tutorial` has the sizes of the tutorial") {
  const Config config = preset("tutorial");
  CHECK(config.training.batch == 64);
  CHECK(config.model.embedding == 256);
  CHECK(config.model.units == 1024);
  CHECK(config.data.limit == 50'000);
  CHECK(config.training.epochs == 10);
  CHECK(config.training.learning_rate == 1e-3);
  CHECK(config.training.clip_norm == 5);
}

TEST_CASE("the preset `tutorial` is regularised unless its variant is the tutorial to the letter") {
  const auto training = [](const SettingValues& values) { return with_settings(preset("tutorial"), values).training; };
  CHECK(training({}).dropout.output == 0.3);
  CHECK(training({}).schedule == Schedule::exponential);
  CHECK(training({{"variant", "masked"}}).dropout.output == 0.3);
  CHECK(training({{"variant", "masked"}}).schedule == Schedule::exponential);
  CHECK_FALSE(training({{"variant", "tutorial"}}).dropout.any());
  CHECK(training({{"variant", "tutorial"}}).schedule == Schedule::constant);
  const TrainingConfig given = training({{"variant", "tutorial"}, {"dropout-output", 0.1}, {"schedule", "plateau"}});
  CHECK(given.dropout.output == 0.1);
  CHECK(given.schedule == Schedule::plateau);
}

TEST_CASE("every preset is valid and bears its name") {
  for (const std::string_view name : preset_names()) {
    CHECK(preset(name).preset == name);
    CHECK_NOTHROW(validate(preset(name)));
  }
  CHECK(message_of([] { preset("large"); }) == "there is no preset 'large'; choose one of: tutorial, small, best");
}

TEST_CASE("names of variants, normalisations and splits go both ways") {
  CHECK(parse_variant(to_string(Variant::tutorial)) == Variant::tutorial);
  CHECK(parse_variant("masked") == Variant::masked);
  CHECK(parse_loss_normalisation(to_string(weft::LossNormalisation::batch_mean)) ==
        weft::LossNormalisation::batch_mean);
  CHECK(parse_split_kind("random") == SplitKind::random);
  CHECK(parse_best_by(to_string(BestBy::bleu)) == BestBy::bleu);
  CHECK(contains(message_of([] { parse_variant("Masked"); }), "masked, tutorial"));
}

TEST_CASE("every setting survives JSON") {
  Config config = preset("small");
  config.data = {.builtin = false,
                 .corpus = "/data/é \"fra\".txt",
                 .train = "a",
                 .valid = "b",
                 .test = "c",
                 .columns = "de,en",
                 .limit = 7,
                 .max_length = 9,
                 .split = SplitKind::random,
                 .valid_fraction = 0.1 + 0.2,  // has no short decimal form
                 .test_fraction = 1.0 / 3.0};
  config.model = {.source_vocabulary = 11,
                  .target_vocabulary = 13,
                  .embedding = 17,
                  .units = 19,
                  .attention = AttentionKind::hard,
                  .attention_positions = 2,
                  .cell = CellKind::lstm,
                  .layers = 3,
                  .bidirectional = true,
                  .self_attention = true,
                  .tied_embeddings = true};
  config.training = {.batch = 3,
                     .length_step = 61,
                     .accumulate = 59,
                     .epochs = 5,
                     .learning_rate = 1e-7,
                     .schedule = Schedule::exponential,
                     .warmup = 47,
                     .decay = 0.75,
                     .plateau_patience = 53,
                     .average = 0.9,
                     .weight_decay = 0.05,
                     .clip_norm = 0.3,
                     .label_smoothing = 0.7,
                     .dropout = {.embedding = 0.15, .layers = 0.55, .context = 0.25, .output = 0.35, .recurrent = 0.45},
                     .normalisation = weft::LossNormalisation::token_mean,
                     .monte_carlo_samples = 5,
                     .expected_attention = 0.6,
                     .entropy_weight = 0.2,
                     .baseline_decay = 0.4,
                     .seed = std::numeric_limits<std::int64_t>::max(),
                     .precision = TrainingPrecision::bf16,
                     .communicate = Precision::bf16,
                     .kernels = "/picks/kernels.json",
                     .checkpoint_every = 23,
                     .keep = 29,
                     .best_by = BestBy::bleu,
                     .patience = 37,
                     .valid_sentences = 41,
                     .samples = 43};
  config.source_language = "zh-Hant";
  config.target_language = "de";
  config.normaliser = Normaliser::reversible;
  config.vocabulary_limit = 31;
  config.subwords = 47;
  config.subword_model = SubwordKind::bpe;
  CHECK(config_from_json(to_json(preset_of_tutorial()), "config.json").model.variant == Variant::tutorial);
  const Config back = config_from_json(to_json(config), "config.json");
  for (const Setting& setting : settings()) {
    CAPTURE(std::string(setting.name));
    CHECK((setting.get(back) == setting.get(config)));
    // Every setting was given another value than the default, or this test would not see it get lost.
    if (setting.name != "builtin" && setting.name != "loss-normalisation" && setting.name != "variant") {
      CHECK((setting.get(config) != setting.get(Config{})));
    }
  }
}

TEST_CASE("a bad config.json is refused with the key, the value and what is allowed") {
  CHECK(message_with("units", 0) == "run/config.json: 'units' is 0, it must be a whole number from 1 to 16384");
  CHECK(message_with("units", 16385) == "run/config.json: 'units' is 16385, it must be a whole number from 1 to 16384");
  CHECK(message_with("units", 8.5) == "run/config.json: 'units' is 8.5, it must be a whole number from 1 to 16384");
  CHECK(message_with("units", "8") == "run/config.json: 'units' is \"8\", it must be a whole number from 1 to 16384");
  CHECK(message_with("learning-rate", 0) ==
        "run/config.json: 'learning-rate' is 0, it must be a number from 1e-09 to 10");
  CHECK(message_with("variant", "none") ==
        "run/config.json: 'variant' is \"none\", it must be one of masked, tutorial");
  CHECK(message_with("builtin", 1) == "run/config.json: 'builtin' is 1, it must be true or false");
  CHECK(message_with("data", nlohmann::json::array()) ==
        "run/config.json: 'data' is array, it must be a path, or SOURCE,TARGET");
  CHECK(message_with("unit", 8) == "run/config.json: there is no setting \"unit\"; did you mean 'units'?");
  CHECK(message_with("seed", std::numeric_limits<std::uint64_t>::max()) ==
        "run/config.json: 18446744073709551615 is too large");
  CHECK(message_with("clip", nlohmann::json()) == "run/config.json: 'clip' is missing");
}

TEST_CASE("a config.json of version 0.1.0 has not all settings, which then have their defaults") {
  std::size_t later = 0;
  for (const Setting& setting : settings()) {
    if (!setting.is_later) continue;
    ++later;
    const std::string name(setting.name);
    CAPTURE(name);
    CHECK(message_with(name, nlohmann::json()) == "no error");
  }
  CHECK(later == settings().size() - 27);  // as many were there at first
}

TEST_CASE("what is no JSON object is refused") {
  const auto message = [](std::string_view text) { return message_of([&] { config_from_json(text, "config.json"); }); };
  CHECK(message("") == "config.json: it is empty");
  CHECK(contains(message("{\"units\": 8"), "config.json: parse error at line 1, column 12"));
  CHECK(contains(message("\xff\xfe"), "config.json: parse error at line 1, column 1"));
  CHECK(contains(message("[1]"), "config.json: it must hold one JSON object"));
  CHECK(contains(message(std::string(100'000, '[')), "config.json: it is nested deeper than 16 levels"));
  CHECK(contains(message("{\"units\": " + std::string(100'000, '[')), "config.json: it is nested deeper"));
  CHECK(contains(message("{\"learning-rate\": 1e999}"), "config.json: 'learning-rate': number overflow"));
  CHECK(contains(message("{\"units\": 8, \"units\": 16}"), "config.json: the key 'units' is given twice"));
}

TEST_CASE("a whole number may stand where any number may") {
  CHECK(std::get<double>(settings_from_json("{\"clip\": 2}", "f").at("clip")) == 2.0);
}

TEST_CASE("settings are read from text") {
  CHECK(std::get<std::int64_t>(parse_setting(find_setting("units"), "64")) == 64);
  CHECK(std::get<double>(parse_setting(find_setting("learning-rate"), "1e-3")) == 1e-3);
  CHECK(std::get<bool>(parse_setting(find_setting("builtin"), "true")));
  CHECK(std::get<std::string>(parse_setting(find_setting("split"), "random")) == "random");
  for (const char* text : {"", "x", "6 4", "64x", "0x40", "1e3", "99999999999999999999", "nan", "-1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_setting(find_setting("units"), text), weft::Error);
  }
  for (const char* text : {"", "nan", "inf", "-1", "1,5", "1e999"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_setting(find_setting("learning-rate"), text), weft::Error);
  }
}

TEST_CASE("validate finds what is out of range") {
  Config config = preset("small");
  config.training.label_smoothing = std::numeric_limits<double>::quiet_NaN();
  CHECK(contains(message_of([&] { validate(config); }), "'label-smoothing' is nan"));
}

TEST_CASE("a variant brings its loss along unless another is asked for") {
  using weft::LossNormalisation;
  const auto normalisation = [](const SettingValues& values) {
    return with_settings(preset("small"), values).training.normalisation;
  };
  CHECK(normalisation({{"variant", "tutorial"}}) == LossNormalisation::batch_mean);
  CHECK(normalisation({{"variant", "masked"}}) == LossNormalisation::token_mean);
  CHECK(normalisation({{"variant", "tutorial"}, {"loss-normalisation", "token-mean"}}) ==
        LossNormalisation::token_mean);
}

TEST_CASE("languages are known by their codes and kept as BCP 47 writes them") {
  const auto source = [](const std::string& code) {
    return with_settings(preset("small"), {{"source-language", code}}).source_language;
  };
  CHECK(source("de") == "de");
  CHECK(source("DEU") == "de");
  CHECK(source("ger") == "de");
  CHECK(source("zh-hant") == "zh-Hant");
  CHECK(source("cmn") == "zh");
  const std::string what = ", it must be a language's code (BCP 47 or ISO 639), such as fr, de or zh-Hant";
  const auto message = [](const std::string& code) {
    return message_of([&] { parse_setting(find_setting("target-language"), code); });
  };
  CHECK(message("german") == "'target-language' is \"german\"" + what + "; did you mean 'de' (German)?");
  CHECK(message("Deutsch") == "'target-language' is \"Deutsch\"" + what + "; did you mean 'de' (German)?");
  CHECK(contains(message("germn"), "'de' (German)"));
  CHECK(contains(message("pt_BR"), "; did you mean 'pt-BR' (Portuguese (Brazil))?"));
  CHECK(message("qqq") == "'target-language' is \"qqq\"" + what);
  for (const char* code : {"", "fr-", "und", "de en", "-", "\xff", "x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    CAPTURE(code);
    CHECK(contains(message(code), what));
  }
  CHECK(contains(message_with("source-language", 7), "'source-language' is 7" + what));
}

TEST_CASE("a run without languages, of an earlier version, is French to English") {
  nlohmann::json object = weft::parse_json(to_json(preset("best")));
  object.erase("source-language");
  object.erase("target-language");
  const Config config = config_from_json(object.dump(), "config.json");
  CHECK(config.source_language == "fr");
  CHECK(config.target_language == "en");
}

TEST_CASE("other languages than French and English bring the reversible normaliser unless another is asked for") {
  const auto normaliser = [](const char* base, const SettingValues& values) {
    return with_settings(preset(base), values).normaliser;
  };
  CHECK(normaliser("tutorial", {}) == Normaliser::tutorial);
  CHECK(normaliser("small", {{"source-language", "fr"}, {"target-language", "en"}}) == Normaliser::tutorial);
  CHECK(normaliser("best", {}) == Normaliser::reversible);
  CHECK(normaliser("tutorial", {{"source-language", "de"}}) == Normaliser::reversible);
  CHECK(normaliser("small", {{"target-language", "es"}}) == Normaliser::reversible);
  CHECK(normaliser("small", {{"source-language", "de"}, {"normaliser", "tutorial"}}) == Normaliser::tutorial);
  // The same languages once more, as when a training goes on, change nothing.
  const Config config = with_settings(preset("small"), {{"source-language", "de"}, {"normaliser", "tutorial"}});
  CHECK(with_settings(config, {{"source-language", "de"}}).normaliser == Normaliser::tutorial);
}

TEST_CASE("settings that make no sense together are refused, with both of them named") {
  const std::string fine = "no error";
  CHECK(
      message_of_settings({{"variant", "tutorial"}, {"attention", "dot"}}) ==
      "'variant' tutorial is the tutorial's model to the letter, which has 'attention' additive: leave that as it is, "
      "or take 'variant' masked");
  const SettingValues others[] = {{{"cell", "lstm"}},
                                  {{"layers", std::int64_t{2}}},
                                  {{"bidirectional", true}},
                                  {{"self-attention", true}, {"cell", "lstm"}}};
  for (SettingValues values : others) {
    CHECK(message_of_settings(values) == fine);
    values["variant"] = "tutorial";
    CHECK(contains(message_of_settings(values), "'" + values.begin()->first + "'"));
    CHECK(contains(message_of_settings(values), "'variant' tutorial"));
  }
  CHECK(
      message_of_settings({{"attention", "dot"}, {"bidirectional", true}}) ==
      "'attention' dot needs values as wide as the decoder's state, with 'bidirectional' they are twice as wide: take "
      "'attention' general");
  CHECK(message_of_settings({{"attention", "general"}, {"bidirectional", true}}) == fine);
  CHECK(contains(message_of_settings({{"source-language", "en"}}),
                 "'source-language' and 'target-language' are both en: "));
  CHECK(contains(message_of_settings({{"builtin", true}, {"source-language", "de"}}),
                 "'builtin' is the built-in corpus, which is French and English (fr, en), but 'source-language' is de "
                 "and 'target-language' is en"));
  CHECK(message_of_settings({{"self-attention", true}}) ==
        "'self-attention' is over the memory cells of an LSTM, 'cell' is gru: take 'cell' lstm");
  CHECK(message_of_settings({{"monte-carlo-samples", std::int64_t{4}}}) ==
        "'monte-carlo-samples' is 4, but only 'attention' hard draws samples, it is additive");
  CHECK(message_of_settings({{"monte-carlo-samples", std::int64_t{4}}, {"attention", "hard"}}) == fine);
  CHECK(contains(message_of_settings({{"dropout-layers", 0.25}}),
                 "'dropout-layers' is 0.25, but 'layers' is 1: there is nothing between layers"));
  CHECK(message_of_settings({{"dropout-layers", 0.25}, {"layers", std::int64_t{2}}}) == fine);

  Config config = preset("small");
  config.model.self_attention = true;
  CHECK(contains(message_of([&] { validate(config); }), "'self-attention'"));
  CHECK(contains(message_of([&] { config_from_json(to_json(config), "run/config.json"); }),
                 "run/config.json: 'self-attention'"));
}

TEST_CASE("a system is described in one line") {
  CHECK(describe_system({}) == "GRU encoder and GRU decoder, additive attention");
  CHECK(describe_system({.attention = AttentionKind::none}) == "GRU encoder and GRU decoder, no attention");
  CHECK(describe_system({.attention = AttentionKind::general,
                         .cell = CellKind::lstm,
                         .layers = 2,
                         .bidirectional = true,
                         .self_attention = true}) ==
        "bidirectional LSTM encoder with self-attention and LSTM decoder of 2 layers, general attention");
}
