#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>

#include "graph/error.h"
#include "graph/suggestion.h"
#include "tools/weft/commands.h"

namespace weft::tool {
namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;

template <typename... Args>
int report(int status, fmt::format_string<Args...> format, Args&&... args) {
  const std::string message = "weft: " + fmt::format(format, std::forward<Args>(args)...) + "\n";
  std::fputs(message.c_str(), stderr);
  return status;
}

/// The help or version text that was asked for, or a mistake in the command line.
int report(const CLI::App& program, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return program.exit(error);
  const auto commands = program.get_subcommands();
  const std::string command = commands.empty() ? "" : commands[0]->get_name() + " ";
  return report(wrong_usage, "{}\nTry: weft {}--help", error.what(), command);
}

/// CLI11 only says that a command is missing, so an unknown one is looked for first.
void require_known_command(const CLI::App& program, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  if (word.starts_with('-') || std::ranges::find(names, word) != names.end()) return;
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw CLI::ParseError(fmt::format("there is no command '{}'{}", word, suggestion(word, known)),
                        CLI::ExitCodes::ExtrasError);
}

int run(int argc, char** argv) {
  CLI::App program("Looks at computation graphs: prints, compiles, runs and checks them.", "weft");
  program.require_subcommand(1);
  program.get_formatter()->column_width(32);
  program.footer(
      "Examples:\n"
      "  weft dump --model nmt --preset small --graph training     the training step as text\n"
      "  weft view graph.json -o page.html                         a graph and its memory, to look at in a browser\n"
      "  weft info graph.json                                      parameters, flops, bytes and memory, by scope\n"
      "  weft lint graph.json                                      what a reviewer would ask about\n"
      "  weft opt graph.json --passes decompose,cse                runs passes and writes what they make\n"
      "  weft explain graph.json -o passes.html                    a page with what every pass does to the graph\n"
      "  weft run graph.json --random-inputs 1                     runs a graph on random inputs\n"
      "  weft profile graph.json --trace trace.json                what takes the time\n"
      "  weft compare graph.json --random-inputs 1                 the first node that is computed wrongly\n"
      "  weft reduce graph.json --check '! weft run {} --random-inputs 1'     the least that still fails\n"
      "  weft check-gradients --op tanh                            an op's gradient against central differences\n"
      "  weft check-passes --all                                   every pass against what it was given\n"
      "  weft ops matmul                                           what an op takes and gives\n"
      "  weft passes                                               what compiling does, in order\n"
      "  weft bench-compile                                        what compiling takes, by nodes\n\n"
      "Graphs are files of JSON or of Weft's text form (docs/ir.md). `weft COMMAND --help` explains a command.\n"
      "Exit status: 0 done, 1 failed (bad file, failed check), 2 wrong usage.");
  add_dump(program);
  add_view(program);
  add_info(program);
  add_lint(program);
  add_opt(program);
  add_explain(program);

  add_run(program);
  add_profile(program);
  add_compare(program);
  add_reduce(program);
  add_check_gradients(program);
  add_check_passes(program);
  add_ops(program);
  add_passes(program);
  add_bench_compile(program);
  try {
    if (argc > 1) require_known_command(program, argv[1]);
    program.parse(argc, argv);
    return done;
  } catch (const CLI::ParseError& error) {
    return report(program, error);
  } catch (const Error& error) {
    return report(failed, "{}", error.what());
  } catch (const std::bad_alloc&) {
    return report(failed, "there is not enough memory; smaller extents need less");
  } catch (const std::exception& error) {
    return report(failed, "this is a bug in Weft, please report it: {}", error.what());
  }
}

}  // namespace
}  // namespace weft::tool

int main(int argc, char** argv) { return weft::tool::run(argc, argv); }
