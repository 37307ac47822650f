#include "tools/common/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <deque>
#include <new>
#include <set>
#include <sstream>

#include "graph/base/joined.h"
#include "graph/base/suggestion.h"
#include "tools/common/help_text.h"
#include "tools/common/output.h"

namespace weft::tool {
namespace {

/// CLI11 would describe what is allowed in its own words; the help says it better.
CLI::Validator without_description(CLI::Validator validator) { return validator.description(""); }

/// Help that a terminal has room for: names and values on the left, what they mean in a column of its own. Defaults are
/// written as `--beam N=1`, which versions of CLI11 do in different ways.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(34); }

  std::string make_option(const CLI::Option* option, bool by_place) const override {
    return entry(make_option_name(option, by_place) + value_of(*option) + conditions_of(*option),
                 make_option_desc(option));
  }
  std::string make_subcommand(const CLI::App* command) const override {
    return entry(command->get_display_name(true), command->get_description());
  }

 private:
  static std::string value_of(const CLI::Option& option) {
    if (option.get_type_size() == 0) return "";
    std::string text;
    if (!option.get_type_name().empty()) text += " " + option.get_type_name();
    if (!option.get_default_str().empty()) text += "=" + option.get_default_str();
    if (option.get_expected_max() == CLI::detail::expected_max_vector_size) text += " ...";
    if (option.get_required()) text += " REQUIRED";
    return text;
  }

  static std::string conditions_of(const CLI::Option& option) {
    return listed(" Needs:", option.get_needs()) + listed(" Excludes:", option.get_excludes());
  }

  static std::string listed(std::string text, const std::set<CLI::Option*>& options) {
    for (const CLI::Option* option : options) text += " " + option->get_name();
    return options.empty() ? "" : text;
  }

  std::string entry(const std::string& names, const std::string& meaning) const {
    std::string text = wrapped("  " + names, 6);
    if (meaning.empty()) return text + "\n";
    const std::size_t column = get_column_width();
    const std::string described = wrapped(std::string(column, ' ') + meaning, column);
    if (text.size() >= column) return text + "\n" + described + "\n";
    return text + described.substr(text.size()) + "\n";
  }
};

template <typename T>
Option add_option(CLI::App& app, std::string_view names, T& variable, std::string_view help) {
  return Option(*app.add_option(std::string(names), variable, std::string(help)));
}

}  // namespace

// ---- Option

Option Option::value(std::string_view shown) const {
  option_->type_name(std::string(shown));
  return *this;
}

Option Option::show_default() const {
  option_->capture_default_str();
  return *this;
}

Option Option::show_default(std::string_view text) const {
  option_->default_str(std::string(text));
  return *this;
}

Option Option::group(std::string_view name) const {
  option_->group(std::string(name));
  return *this;
}

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::excludes(const Option& other) const {
  option_->excludes(other.option_);
  return *this;
}

Option Option::needs(const Option& other) const {
  option_->needs(other.option_);
  return *this;
}

Option Option::one_of(const std::vector<std::string>& names) const {
  option_->check(without_description(CLI::IsMember(names)));
  return value(joined(names, "|"));
}

Option Option::between(std::int64_t least, std::int64_t most) const {
  option_->check(without_description(CLI::Range(least, most)));
  return *this;
}

Option Option::positive() const {
  option_->check(without_description(CLI::PositiveNumber));
  return *this;
}

Option Option::not_negative() const {
  option_->check(without_description(CLI::NonNegativeNumber));
  return *this;
}

Option Option::comma_separated() const {
  option_->delimiter(',');
  return *this;
}

Option Option::one_at_a_time() const {
  option_->allow_extra_args(false);
  return *this;
}

Option Option::one_value() const {
  option_->expected(1);
  return *this;
}

Option Option::bytes() const {
  option_->transform(without_description(CLI::AsSizeValue(true)));
  return value("SIZE");
}

bool Option::given() const { return option_->count() > 0; }

std::vector<std::string> Option::texts() const { return option_->results(); }

// ---- Command

Option Command::option(std::string_view names, std::string& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, double& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, int& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, std::int64_t& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, std::uint64_t& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, std::optional<std::string>& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, std::optional<std::int64_t>& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, std::optional<std::uint64_t>& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, std::vector<std::string>& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, std::vector<std::int64_t>& variable, std::string_view help) const {
  return add_option(*app_, names, variable, help);
}
Option Command::option(std::string_view names, std::pair<std::int64_t, std::string>& variable,
                       std::string_view help) const {
  return add_option(*app_, names, variable, help);
}

Option Command::flag(std::string_view names, bool& variable, std::string_view help) const {
  return Option(*app_->add_flag(std::string(names), variable, std::string(help)));
}

Option Command::option(std::string_view names, std::string_view help) const {
  const std::string description(help);  // a temporary would be taken for a variable
  return Option(*app_->add_option(std::string(names), description));
}

Option Command::flag(std::string_view names, std::string_view help) const {
  const std::string description(help);
  return Option(*app_->add_flag(std::string(names), description));
}

Option Command::on_text(std::string_view names, std::function<void(const std::string&)> take,
                        std::string_view help) const {
  return Option(*app_->add_option_function<std::string>(std::string(names), take, std::string(help)));
}

Option Command::on_integer(std::string_view names, std::function<void(const int&)> take, std::string_view help) const {
  return Option(*app_->add_option_function<int>(std::string(names), take, std::string(help)));
}

Option Command::on_number(std::string_view names, std::function<void(const double&)> take,
                          std::string_view help) const {
  return Option(*app_->add_option_function<double>(std::string(names), take, std::string(help)));
}

void Command::footer(std::string_view text) const { app_->footer(filled(text)); }

// ---- Program

struct Program::Impl {
  Impl(const std::string& of, const std::string& summary) : app(summary, of), name(of) {}

  CLI::App app;
  std::string name;
  std::string memory_advice = "use smaller sizes";
  struct Entry {
    CLI::App* app;
    std::function<int()> action;
  };
  std::function<std::string()> before_complaints;
  std::deque<Entry> commands;  // whose actions do not move

  int complain(int status, const std::string& message) const {
    const std::string before = before_complaints ? before_complaints() : "";
    std::fputs(fmt::format("{}: {}{}\n", name, before, message).c_str(), stderr);
    return status;
  }

  int complain_about_usage(const std::string& message) const {
    const auto chosen = app.get_subcommands();
    const std::string command = chosen.empty() ? name : fmt::format("{} {}", name, chosen.front()->get_name());
    return complain(wrong_usage, fmt::format("{}\n`{} --help` shows how it is used.", message, command));
  }

  /// CLI11 would only say that a command is missing.
  void require_known_command(std::string_view word) const {
    std::vector<std::string> names;
    for (const Entry& command : commands) names.push_back(command.app->get_name());
    if (word.starts_with('-') || std::ranges::find(names, word) != names.end()) return;
    const std::vector<std::string_view> known(names.begin(), names.end());
    throw UsageError(fmt::format("there is no command '{}'{}", word, suggestion(word, known)));
  }

  int run(int argc, char** argv) {
    try {
      if (argc > 1) require_known_command(argv[1]);
      app.parse(argc, argv);
      for (const Entry& command : commands)
        if (command.app->parsed()) return command.action();
      return wrong_usage;
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() != 0) return complain_about_usage(error.what());
      std::ostringstream text, talk;  // --help, --version
      const int status = app.exit(error, text, talk);
      print(text.str());
      return status;
    } catch (const UsageError& error) {
      return complain_about_usage(error.what());
    }
  }
};

Program::Program(std::string_view name, std::string_view summary)
    : impl_(std::make_unique<Impl>(std::string(name), std::string(summary))) {
  CLI::App& app = impl_->app;
  app.set_version_flag("--version", fmt::format("{} {}", name, version), "Show the version");
  app.set_help_flag("-h,--help", "Show this help");
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>());
}

Program::~Program() = default;

Command Program::command(std::string_view name, std::string_view summary) {
  CLI::App* app = impl_->app.add_subcommand(std::string(name), std::string(summary));
  return Command(*app, impl_->commands.emplace_back(Impl::Entry{app, nullptr}).action);
}

void Program::footer(std::string_view text) { impl_->app.footer(filled(text)); }

void Program::advise_on_memory(std::string_view text) { impl_->memory_advice = text; }

void Program::before_complaints(std::function<std::string()> before) { impl_->before_complaints = std::move(before); }

int Program::run(int argc, char** argv) {
  try {
    return impl_->run(argc, argv);
  } catch (const Error& error) {
    return impl_->complain(failed, error.what());
  } catch (const InternalError& error) {
    return impl_->complain(failed, fmt::format("internal error, please report it: {}", error.what()));
  } catch (const std::bad_alloc&) {
    return impl_->complain(failed, fmt::format("out of memory; {}", impl_->memory_advice));
  } catch (const std::exception& error) {
    return impl_->complain(failed, error.what());
  }
}

// ---- Settings files

std::vector<ConfigurationItem> read_configuration(const std::string& text) {
  std::istringstream stream(text);
  std::vector<ConfigurationItem> items;
  for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(stream))
    items.push_back({joined(item.parents, "."), item.name, item.inputs});
  return items;
}

}  // namespace weft::tool
