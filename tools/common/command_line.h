#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "graph/base/error.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

// Command lines of a tool with commands, `weft dump --format json`. A layer over CLI11, whose header takes a file
// seconds to read: only command_line.cpp does.

namespace weft::tool {

/// Of all programs.
inline constexpr const char* version = "0.1.0";

/// The tool was called wrongly: exit status 2, and a pointer to the command's help.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Exit statuses. A training that was stopped by a signal ends with 128 and the signal's number.
inline constexpr int done = 0, failed = 1, wrong_usage = 2;

/// An option of a command, to say more about it: a handle, valid as long as the program.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  /// What the help shows for the value, "FILE", in place of its type.
  Option value(std::string_view shown) const;
  /// The help shows what the variable holds by now, or that text, as the default.
  Option show_default() const;
  Option show_default(std::string_view text) const;
  /// The help shows options of a group together, under its name; those of the group "" are not shown.
  Option group(std::string_view name) const;
  Option required() const;
  Option excludes(const Option& other) const;
  Option needs(const Option& other) const;

  // What is allowed; anything else is wrong usage.
  Option one_of(const std::vector<std::string>& names) const;
  Option between(std::int64_t least, std::int64_t most) const;  ///< both allowed
  Option positive() const;
  Option not_negative() const;

  /// Several values at once, with commas between.
  Option comma_separated() const;
  /// One value each time, so that what follows is not taken for another.
  Option one_at_a_time() const;
  /// One value, as text, although no variable says so.
  Option one_value() const;
  /// A number of bytes that may have a unit: "40MB" is 40,000,000, "40MiB" takes powers of 1024.
  Option bytes() const;

  /// After parsing: whether it was given, and the texts that it was given.
  bool given() const;
  std::vector<std::string> texts() const;

 private:
  CLI::Option* option_;
};

/// A command of a program: a handle, valid as long as the program.
class Command {
 public:
  explicit Command(CLI::App& app, std::function<int()>& action) : app_(&app), action_(&action) {}

  /// Declares an option that fills a variable, which must live as long as the program. `names`: "--rounds",
  /// "-o,--output", or "graph" for an argument by place.
  Option option(std::string_view names, std::string& variable, std::string_view help) const;
  Option option(std::string_view names, double& variable, std::string_view help) const;
  Option option(std::string_view names, int& variable, std::string_view help) const;
  Option option(std::string_view names, std::int64_t& variable, std::string_view help) const;
  Option option(std::string_view names, std::uint64_t& variable, std::string_view help) const;
  Option option(std::string_view names, std::optional<std::string>& variable, std::string_view help) const;
  Option option(std::string_view names, std::optional<std::int64_t>& variable, std::string_view help) const;
  Option option(std::string_view names, std::optional<std::uint64_t>& variable, std::string_view help) const;
  Option option(std::string_view names, std::vector<std::string>& variable, std::string_view help) const;
  Option option(std::string_view names, std::vector<std::int64_t>& variable, std::string_view help) const;
  Option option(std::string_view names, std::pair<std::int64_t, std::string>& variable, std::string_view help) const;
  Option flag(std::string_view names, bool& variable, std::string_view help) const;

  /// Likewise, for options that fill no variable: those whose texts are asked for later, and those whose value a
  /// function takes as soon as it has been read.
  Option option(std::string_view names, std::string_view help) const;
  Option flag(std::string_view names, std::string_view help) const;
  Option on_text(std::string_view names, std::function<void(const std::string&)> take, std::string_view help) const;
  Option on_integer(std::string_view names, std::function<void(const int&)> take, std::string_view help) const;
  Option on_number(std::string_view names, std::function<void(const double&)> take, std::string_view help) const;

  /// What the help says at its end.
  void footer(std::string_view text) const;
  /// What to run once the command line has been read; returns the exit status, or nothing when it is `done`. Throws
  /// UsageError for options that do not go together, and Error for what fails.
  template <typename Run>
  void action(Run run) const {
    if constexpr (std::is_void_v<decltype(run())>) {
      *action_ = [run = std::move(run)] {
        run();
        return done;
      };
    } else {
      *action_ = std::move(run);
    }
  }

 private:
  CLI::App* app_;
  std::function<int()>* action_;
};

/// A tool with commands.
class Program {
 public:
  /// What it is called, and what it does.
  Program(std::string_view name, std::string_view summary);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  Command command(std::string_view name, std::string_view summary);
  void footer(std::string_view text);
  /// What to do when memory runs out: "use a smaller --batch".
  void advise_on_memory(std::string_view text);

  /// `before` is called when an error is about to be told; what it returns stands before the message.
  void before_complaints(std::function<std::string()> before);

  /// Reads the command line and runs the command that it names. What goes wrong is told on standard error. Returns the
  /// exit status.
  int run(int argc, char** argv);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A line `name = value` of a settings file: the section that it stands in, "" for none, and its values.
struct ConfigurationItem {
  std::string section;
  std::string name;
  std::vector<std::string> values;
};
/// The lines of a TOML or INI text. Throws std::exception for what is none.
std::vector<ConfigurationItem> read_configuration(const std::string& text);

}  // namespace weft::tool
