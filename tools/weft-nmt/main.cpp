// weft-nmt: learns to translate French to English, and translates.

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "graph/suggestion.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"

namespace {

using namespace weft::nmt;

constexpr const char* kExamples = R"(A first translator, in a minute:
  weft-nmt train --builtin --out runs/first
  weft-nmt evaluate --run runs/first
  weft-nmt translate --run runs/first "Je suis fatigué."
  weft-nmt report runs/first -o report.html
  weft-nmt attention --run runs/first --out attention.png "Je suis fatigué."

weft-nmt COMMAND --help explains each command. Results go to standard output, everything else to standard error.
Exit status: 0 done, 1 failed, 2 wrong usage; 130 or 143 when training was stopped by SIGINT or SIGTERM.)";

int complain(int status, const std::string& message) {
  say("weft-nmt: " + message);
  return status;
}

int wrong_usage(const std::string& command, const std::string& message) {
  complain(kWrongUsage, message);
  say("`" + command + " --help` shows how it is used.");
  return kWrongUsage;
}

/// CLI11 would only say that a command is missing.
void require_command(const std::vector<Command>& commands, std::string_view name) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.push_back(command.app->get_name());
  if (name.starts_with('-') || std::ranges::find(names, name) != names.end()) return;
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw UsageError(fmt::format("there is no command '{}'{}", name, weft::suggestion(name, known)));
}

int run_tool(int argc, char** argv) {
  CLI::App tool("Learns to translate French to English, and translates.", "weft-nmt");
  tool.set_version_flag("--version", "weft-nmt 0.1.0");
  tool.set_help_flag("--help", "Show this help");
  tool.require_subcommand(1);
  tool.footer(kExamples);
  tool.get_formatter()->column_width(34);
  std::vector<Command> commands;
  for (Command (*declare)(CLI::App&) : {train_command, translate_command, evaluate_command, attention_command,
                                        info_command, report_command, vocab_command, bench_command}) {
    commands.push_back(declare(tool));
  }
  try {
    if (argc > 1) require_command(commands, argv[1]);
    tool.parse(argc, argv);
  } catch (const UsageError& error) {
    return wrong_usage("weft-nmt", error.what());
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return tool.exit(error);  // --help, --version
    const auto chosen = tool.get_subcommands();
    return wrong_usage(chosen.empty() ? "weft-nmt" : "weft-nmt " + chosen.front()->get_name(), error.what());
  }
  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    try {
      return command.run();
    } catch (const UsageError& error) {
      return wrong_usage("weft-nmt " + command.app->get_name(), error.what());
    }
  }
  return kWrongUsage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_tool(argc, argv);
  } catch (const weft::Error& error) {
    return complain(kFailed, error.what());
  } catch (const weft::InternalError& error) {
    return complain(kFailed, std::string("internal error, please report it: ") + error.what());
  } catch (const std::bad_alloc&) {
    return complain(kFailed, "out of memory; use a smaller --batch, --units or --max-length");
  } catch (const std::exception& error) {
    return complain(kFailed, error.what());
  }
}
