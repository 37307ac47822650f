#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/nmt/config/config.h"
#include "models/nmt/config/settings.h"
#include "tools/common/command_line.h"

namespace weft::nmt {

/// The settings of a TOML or INI file, lines of `name = value`. Throws Error, with `origin` before the message, for
/// anything else, for unknown names and for values that are not allowed.
SettingValues settings_from_toml(const std::string& text, std::string_view origin);

/// Declares the option of one setting, which is put among the values when it is given.
tool::Option add_setting_option(const tool::Command& command, std::string_view name, SettingValues& values);

/// The options of all settings, and --config for a file of them.
class SettingOptions {
 public:
  /// Declares them in a command, which must live as long.
  explicit SettingOptions(const tool::Command& command);

  /// The settings of the command line, over those of the file, over those of the preset. Throws UsageError for values
  /// that are not allowed, and Error for a bad file.
  Config resolve() const;

  /// What the command line and the file say; paths are absolute. Throws as resolve does.
  SettingValues given() const;

  /// The file of --config; empty when there is none.
  const std::string& file() const { return file_; }

 private:
  SettingValues from_command_line() const;
  SettingValues from_file() const;

  /// An option and the text that it was given.
  struct Given {
    const Setting* setting = nullptr;
    tool::Option option;
  };
  std::vector<Given> options_;
  std::string file_;
};

}  // namespace weft::nmt
