#include <cstdio>
#include <memory>
#include <optional>

#include "backends/check/pass_check.h"
#include "backends/reference/reference_backend.h"
#include "passes/pipeline.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/graph_format.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/output.h"
#include "tools/weft/pass_log.h"

namespace weft::tool {
namespace {

struct OptOptions {
  GraphSource source;
  std::vector<std::string> passes = {"compilation"};
  std::vector<std::string> disabled;
  std::string last;
  std::optional<std::size_t> memory_budget;
  std::string backend = "onednn";
  int processes = 1;
  bool check_passes = false;
  bool time_passes = false;
  PassPrinting printing;
  std::string format = "text";
  std::string output;
};

std::vector<const Pass*> chosen_passes(const OptOptions& options) {
  std::vector<const Pass*> passes = passes_named(options.passes);
  for (const std::string& name : options.disabled) std::erase(passes, &find_pass(name));
  return options.last.empty() ? passes : passes_until(std::move(passes), options.last);
}

void opt(const OptOptions& options) {
  const std::vector<const Pass*> passes = chosen_passes(options);
  PassPrinting printing = options.printing;
  printing.format = options.format;
  require_known_passes(printing);
  Graph graph = load_source(options.source);
  PassLog log(printing);
  std::optional<PassCheck> check;
  if (options.check_passes) check.emplace(graph, reference_backend());
  run_passes_for(graph, backend_named(options.backend), passes,
                 check ? check->observer(log.observer()) : log.observer(), options.memory_budget, options.processes);
  if (options.time_passes) std::fputs(log.table().c_str(), stderr);
  write_output(options.output, written(graph, options.format));
}

void add_pass_options(const Command& command, OptOptions& options) {
  const std::string group = "Which passes";
  command
      .option("--passes", options.passes,
              "Run these, in this order, with commas between; `compilation` stands for those that compiling runs, "
              "which are run without this option")
      .value("NAMES")
      .comma_separated()
      .group(group);
  add_disabled_passes_option(command, options.disabled).group(group);
  command.option("--stop-after", options.last, "Stop after a pass: its name (its first time) or its number")
      .value("PASS")
      .group(group);
  command.option("--memory-budget", options.memory_budget, "The bytes that `rematerialise` keeps working memory within")
      .value("BYTES")
      .group(group);
  add_backend_option(command, options.backend).group(group);
  add_processes_option(command, options.processes).group(group);
}

void add_looking_options(const Command& command, OptOptions& options) {
  const std::string group = "Watching them";
  const auto add_names = [&](const char* name, std::vector<std::string>& names, const char* help) {
    command.option(name, names, help).value("NAMES").comma_separated().group(group);
  };
  add_names("--print-before", options.printing.before, "Print the graph before these passes: names, numbers, or `all`");
  add_names("--print-after", options.printing.after, "Print the graph after these passes, likewise");
  command.flag("--print-changed", options.printing.changed, "Print the graph after every pass that changes anything")
      .group(group);
  command
      .option("--print-dir", options.printing.folder,
              "Print into files there (03_simplify_after.weft) instead of standard error")
      .value("FOLDER")
      .group(group);
  command.flag("--time-passes", options.time_passes, "What each pass took and changed, on standard error").group(group);
  Option check = add_check_passes_option(command, options.check_passes);
  check.group(group);
}

}  // namespace

void add_opt(Program& program) {
  const Command command = program.command("opt", "Run a chosen list of passes on a graph and write what they make");
  const auto options = std::make_shared<OptOptions>();
  add_format_option(command, options->format);
  command.option("-o,--output", options->output, "Where to; otherwise standard output").value("FILE");
  add_pass_options(command, *options);
  add_looking_options(command, *options);
  add_graph_source(command, options->source);
  command.footer(
      "Examples:\n"
      "  weft opt graph.json --passes decompose,cse,dce            three passes, in this order\n"
      "  weft opt graph.json --print-changed --print-dir steps     every stage of compiling as a file, to diff\n"
      "  weft opt graph.json --passes compilation,int8-weights     what translating with --precision int8 runs\n"
      "  weft opt graph.json --time-passes > /dev/null             what each pass takes\n"
      "  weft dump --model nmt --graph loss | weft opt - --passes simplify --check-passes\n\n"
      "The graph is verified after every pass.");
  command.action([options] { opt(*options); });
}

}  // namespace weft::tool
