#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "models/nmt/config.h"
#include "models/nmt/settings.h"

namespace weft::nmt {

/// The options of all settings, and --config for a file of them.
class SettingOptions {
 public:
  /// Declares them in a command, which must live as long.
  explicit SettingOptions(CLI::App& app);

  /// The settings of the command line, over those of the file, over those of the preset. Throws UsageError for values
  /// that are not allowed, and Error for a bad file.
  Config resolve() const;

  /// What the command line and the file say. Throws as resolve does.
  SettingValues given() const;

 private:
  SettingValues from_command_line() const;
  SettingValues from_file() const;

  /// An option and the text that it was given.
  struct Given {
    const Setting* setting = nullptr;
    CLI::Option* option = nullptr;
  };
  std::vector<Given> options_;
  std::string file_;
};

}  // namespace weft::nmt
