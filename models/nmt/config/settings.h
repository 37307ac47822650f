#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/nmt/config/config.h"

namespace weft::nmt {

/// The value of a setting, of the alternative that its kind takes: bool for a switch, std::int64_t and double for
/// numbers, std::string for all else.
using SettingValue = std::variant<bool, std::int64_t, double, std::string>;

struct Switch {};
struct IntegerRange {
  std::int64_t least, most;  ///< both allowed
};
struct NumberRange {
  double least, most;  ///< both allowed
};
struct Choice {
  std::vector<std::string_view> names;
};
struct FilePath {
  std::vector<std::string_view> names = {};  ///< what may stand there instead of a path
};
struct CorpusName {};  ///< corpus.h; or empty
struct LanguageCode {};
struct ColumnPair {};  ///< corpus_columns.h; or empty
using SettingKind =
    std::variant<Switch, IntegerRange, NumberRange, Choice, FilePath, CorpusName, LanguageCode, ColumnPair>;

/// What a setting is about; help shows the settings of a group together.
enum class SettingGroup {
  data,
  model,
  training,
  derived,  ///< found from the data, not chosen
};

/// A member of Config under the one name that it has everywhere: `--name` on the command line, "name" in config.json
/// and in configuration files.
struct Setting {
  std::string_view name;
  SettingGroup group;
  std::string_view summary;  ///< one line for help
  SettingKind kind;
  SettingValue (*get)(const Config& config);
  void (*set)(Config& config, const SettingValue& value);
  /// Runs of version 0.1.0 have no such line in their config.json; it is then as Config{} has it.
  bool is_later = false;
};

/// All settings, in the order in which they are to be set: a later one may refine an earlier one.
std::span<const Setting> settings();
/// Throws Error that names near misses when there is no such setting.
const Setting& find_setting(std::string_view name);

/// The summary as a sentence of help: with a capital.
std::string help_of(const Setting& setting);
/// What stands for a value in help: "N", "masked|tutorial"; empty for a switch.
std::string placeholder(const Setting& setting);
/// What the setting takes, for messages and help: "a whole number from 1 to 4096".
std::string describe_kind(const Setting& setting);
/// Throws Error with the setting's name, the value and what it takes, here and below, when the value is not allowed.
void check_setting(const Setting& setting, const SettingValue& value);
/// The value that a text means: "64", "1e-3", "masked".
SettingValue parse_setting(const Setting& setting, std::string_view text);
/// The inverse.
std::string setting_text(const SettingValue& value);

/// Some settings, by name.
using SettingValues = std::map<std::string, SettingValue, std::less<>>;

/// The settings of a JSON object. Throws Error, with `origin` before the message, for anything else, for unknown names
/// and for values that are not allowed.
SettingValues settings_from_json(std::string_view text, std::string_view origin);

/// The config with those settings changed. The variant brings its loss normalisation along, and the tutorial's one a
/// constant learning rate and no dropout, and other languages than fr and en the reversible normaliser, unless those
/// are among them.
Config with_settings(Config config, const SettingValues& values);

}  // namespace weft::nmt
