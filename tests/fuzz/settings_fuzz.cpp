#include "models/nmt/config/config.h"
#include "models/nmt/config/settings.h"
#include "tests/fuzz/harness.h"
#include "tools/weft-nmt/setting_options.h"

// Settings: a run's config.json, and the files of --config, in JSON and in TOML. What is read passes every check of
// what is allowed, and is written as a config that reads as the same.

namespace weft::fuzz {
namespace {

using namespace nmt;

void check_config(const Config& config) {
  validate(config);
  const std::string json = to_json(config);
  expect(to_json(config_from_json(json, "what was written")) == json, "another config is read again:\n{}", json);
}

void check_values(const SettingValues& values) {
  const Config config = with_settings(Config{}, values);
  if (accepted([&] { return check_together(config), true; })) check_config(config);
}

void run(std::string_view input) {
  if (const auto config = accepted([&] { return config_from_json(input, "input"); })) check_config(*config);
  if (const auto values = accepted([&] { return settings_from_json(input, "input"); })) check_values(*values);
  if (const auto values = accepted([&] { return settings_from_toml(std::string(input), "input"); }))
    check_values(*values);
}

std::vector<std::string> seeds() {
  std::vector<std::string> files{
      "# of a small model\nunits = 512\nlearning-rate = 1e-3\nbidirectional = true\nattention = \"general\"\n",
      "builtin=true\nkernels='default'\nvariant = tutorial ; to the letter\n[a.b]\nx = [1, 2]\n",
      R"({"units": 512, "learning-rate": 0.001, "self-attention": true, "cell": "lstm", "train": "a.tsv"})"};
  for (const std::string_view name : preset_names()) files.push_back(to_json(preset(name)));
  return files;
}

std::vector<std::string> words() {
  std::vector<std::string> words{"\"tutorial\"", "\"masked\"", "\"hard\"", " = ",    "[section]\n",
                                 "'''",          "\"\"\"",     "[1, 2]",   "\\u0000"};
  for (const Setting& setting : settings()) words.push_back("\"" + std::string(setting.name) + "\"");
  return words;
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
