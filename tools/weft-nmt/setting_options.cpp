#include "tools/weft-nmt/setting_options.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/joined.h"
#include "graph/base/quote.h"
#include "models/nmt/data/corpus.h"
#include "models/nmt/text/language.h"
#include "tools/weft-nmt/commands.h"

namespace weft::nmt {
namespace {

constexpr std::uint64_t max_file_bytes = std::uint64_t{1} << 20;

/// The settings that say what to train on.
constexpr std::array<const char*, 5> data_sources = {"builtin", "data", "train", "valid", "test"};

const char* group_title(SettingGroup group) {
  switch (group) {
    case SettingGroup::data:
      return "Data";
    case SettingGroup::model:
      return "Model";
    case SettingGroup::training:
      return "Training";
    case SettingGroup::derived:
      break;
  }
  return "";  // hidden
}

/// "default: 64", or what each preset says where they differ; nothing where the default is to have none.
std::string default_text(const Setting& setting) {
  if (setting.name == "preset") return "default: small with --builtin, else tutorial";
  const auto* file = std::get_if<FilePath>(&setting.kind);
  const bool is_none = (file != nullptr && file->names.empty()) || std::holds_alternative<Switch>(setting.kind) ||
                       std::holds_alternative<CorpusName>(setting.kind) ||
                       std::holds_alternative<ColumnPair>(setting.kind);
  if (is_none) return "";
  std::vector<std::string> texts;
  for (const std::string_view name : preset_names()) texts.push_back(setting_text(setting.get(preset(name))));
  if (std::ranges::equal(texts, std::vector(texts.size(), texts.front()))) return "default: " + texts.front();
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = fmt::format("{}: {}", preset_names()[i], texts[i]);
  return joined(texts, ", ");
}

/// "Pairs in a step (default: 64)"
std::string help_text(const Setting& setting) {
  const std::string text = help_of(setting);
  const std::string defaults = default_text(setting);
  return defaults.empty() ? text : fmt::format("{} ({})", text, defaults);
}

SettingValue parse_from_command_line(const Setting& setting, const std::string& text) {
  try {
    return parse_setting(setting, text);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

void require_one_source(const DataConfig& data) {
  const int sources = (data.builtin ? 1 : 0) + (data.corpus.empty() ? 0 : 1) + (data.train.empty() ? 0 : 1);
  if (sources == 0) throw UsageError("nothing to train on; give --builtin, --data FILE, or --train FILE --valid FILE");
  if (sources > 1) throw UsageError("only one of --builtin, --data and --train can be given");
  if (data.train.empty() != data.valid.empty()) throw UsageError("--train and --valid go together");
  if (!data.test.empty() && data.train.empty()) throw UsageError("--test goes with --train and --valid");
}

void require_one_vocabulary(const Config& config) {
  if (config.subwords > 0 && config.vocabulary_limit > 0)
    throw UsageError("--subwords and --vocabulary-limit exclude each other: the pieces are the vocabulary");
}

/// So that the config means the same files wherever it is read. Names that may stand in place of a path stay.
void make_absolute(const Setting& setting, std::string& path) {
  const std::vector<std::string_view>& names = std::get<FilePath>(setting.kind).names;
  if (path.empty() || std::ranges::find(names, path) != names.end()) return;
  path = std::filesystem::absolute(path).lexically_normal().string();
}

/// So that the config means the same corpora wherever it is read.
void resolve_corpora(SettingValues& values) {
  const auto language = [&](const char* name) {
    const auto given = values.find(name);
    return std::get<std::string>(given != values.end() ? given->second : find_setting(name).get(Config{}));
  };
  for (auto& [name, value] : values) {
    auto* corpus = std::get_if<std::string>(&value);
    if (!std::holds_alternative<CorpusName>(find_setting(name).kind) || corpus->empty()) continue;
    *corpus = resolve_corpus(*corpus, language("source-language"), language("target-language"));
  }
}

}  // namespace

SettingValues settings_from_toml(const std::string& text, std::string_view origin) {
  try {
    SettingValues values;
    for (const tool::ConfigurationItem& item : tool::read_configuration(text)) {
      require(item.section.empty(), "the section [{}] is not known, settings stand outside of sections",
              excerpt(item.section, 80));
      const Setting& setting = find_setting(item.name);
      require(item.values.size() == 1, "'{}' has {} values, it must have one: {}", setting.name, item.values.size(),
              describe_kind(setting));
      values[item.name] = parse_setting(setting, item.values.front());
    }
    return values;
  } catch (const Error& error) {
    fail("{}: {}", origin, error.what());
  } catch (const std::exception& error) {  // of the library, which shows the text as it is
    fail("{}: {}", origin, excerpt(error.what(), 300));
  }
}

tool::Option add_setting_option(const tool::Command& command, std::string_view name, SettingValues& values) {
  const Setting& setting = find_setting(name);
  const auto take = [&setting, &values](const std::string& text) {
    values[std::string(setting.name)] = parse_from_command_line(setting, text);
  };
  return command.on_text(fmt::format("--{}", name), take, help_text(setting)).value(placeholder(setting)).one_value();
}

SettingOptions::SettingOptions(const tool::Command& command) {
  command
      .option("--config", file_,
              "Read settings from a file, JSON (.json) or TOML, under the names of these options; the command line "
              "wins")
      .value("FILE");
  for (const Setting& setting : settings()) {
    if (setting.group == SettingGroup::derived) continue;
    const std::string name = fmt::format("--{}", setting.name);
    const std::string help = help_text(setting);
    const tool::Option option =
        std::holds_alternative<Switch>(setting.kind) ? command.flag(name, help) : command.option(name, help);
    option.group(group_title(setting.group));
    if (const std::string shown = placeholder(setting); !shown.empty()) {
      option.value(shown).one_value();
    }
    options_.push_back({&setting, option});
  }
}

SettingValues SettingOptions::from_command_line() const {
  SettingValues values;
  for (const auto& [setting, option] : options_) {
    if (!option.given()) continue;
    values[std::string(setting->name)] = parse_from_command_line(*setting, option.texts().back());
  }
  return values;
}

SettingValues SettingOptions::from_file() const {
  if (file_.empty()) return {};
  const std::string text = read_file(file_, max_file_bytes);
  return std::filesystem::path(file_).extension() == ".json" ? settings_from_json(text, file_)
                                                             : settings_from_toml(text, file_);
}

SettingValues SettingOptions::given() const {
  SettingValues values = from_command_line();
  const bool names_source =
      std::ranges::any_of(data_sources, [&](const char* source) { return values.contains(source); });
  SettingValues file = from_file();
  if (names_source) {  // one source replaces another as a whole
    for (const char* source : data_sources) file.erase(source);
  }
  values.merge(file);
  for (auto& [name, value] : values) {
    const Setting& setting = find_setting(name);
    if (std::holds_alternative<LanguageCode>(setting.kind))
      value = canonical_language(std::get<std::string>(value)).value();
    if (std::holds_alternative<FilePath>(setting.kind)) make_absolute(setting, std::get<std::string>(value));
  }
  resolve_corpora(values);
  return values;
}

Config SettingOptions::resolve() const {
  const SettingValues values = given();
  const auto chosen = values.find("preset");
  const auto builtin = values.find("builtin");
  const std::string base = chosen != values.end()                                       ? setting_text(chosen->second)
                           : builtin != values.end() && std::get<bool>(builtin->second) ? "small"
                                                                                        : "tutorial";
  Config config = with_settings(preset(base), values);
  require_one_source(config.data);
  require_one_vocabulary(config);
  try {
    check_together(config);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  return config;
}

}  // namespace weft::nmt
