#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "backends/pass_check.h"
#include "graph/dot.h"
#include "graph/json.h"
#include "graph/text.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/output.h"
#include "tools/weft/summary.h"

namespace weft::tool {
namespace {

struct DumpOptions {
  GraphSource source;
  std::string stage = "before";
  std::string after;
  std::vector<std::string> without;
  bool check_passes = false;
  std::string backend = "onednn";
  std::string format = "text";
  bool summary = false;
  std::string output;
};

std::string written(const Graph& graph, const std::string& format) {
  if (format == "json") return to_json(graph);
  if (format == "dot") return to_dot(graph);
  return to_text(graph);
}

void dump(const DumpOptions& options) {
  const bool compiled =
      options.stage == "after" || !options.after.empty() || !options.without.empty() || options.check_passes;
  Graph graph = load_source(options.source);
  if (compiled) {
    const std::string last = options.after.empty() ? "compilation" : options.after;
    std::optional<PassCheck> check;
    if (options.check_passes) check.emplace(graph, reference_backend());
    run_passes_for(graph, backend_named(options.backend), pipeline_until(last, options.without),
                   check ? check->observer() : PassObserver{});
  }
  write_output(options.output, options.summary ? summary(graph, compiled) : written(graph, options.format));
}

void add_stage_options(CLI::App& command, DumpOptions& options) {
  const std::string group = "Before or after compiling";
  command.add_option("--stage", options.stage, "before: as declared. after: as it runs")
      ->check(CLI::IsMember({"before", "after"}))
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--after,--stop-after", options.after,
                  "After a pass: its name (its first time) or its number in `weft passes`; `compilation`: after all")
      ->group(group);
  add_disabled_passes_option(command, options.without)->group(group);
  add_check_passes_option(command, options.check_passes)->group(group);
  add_backend_option(command, options.backend);
  command.get_option("--backend")->group(group);
}

}  // namespace

void add_dump(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("dump", "Write a graph: as text, JSON or a picture, before or after compiling");
  const auto options = std::make_shared<DumpOptions>();
  add_graph_source(*command, options->source);
  command->add_option("--format", options->format, "text, json or dot (for Graphviz)")
      ->check(CLI::IsMember({"text", "json", "dot"}))
      ->capture_default_str();
  command->add_flag("--summary", options->summary, "Instead of the graph: its size, its cost, its nodes by op");
  command->add_option("-o,--output", options->output, "Where to; otherwise standard output")->option_text("FILE");
  add_stage_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  weft dump --model nmt --preset small --graph training --summary\n"
      "  weft dump --model nmt --graph encoder --rows 1 --source-length 3 --format dot | dot -Tsvg > encoder.svg\n"
      "  weft dump --model nmt --preset small --format json -o training.json\n"
      "  weft dump training.json --after compilation               as it runs on the oneDNN backend\n"
      "  weft dump training.json --after cse --backend reference   right after the pass cse\n");
  command->callback([options] { dump(*options); });
}

}  // namespace weft::tool
