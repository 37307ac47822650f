#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "backends/executable.h"
#include "backends/pass_check.h"
#include "graph/dot.h"
#include "graph/json.h"
#include "graph/text.h"
#include "ops/ops.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/memory_limit.h"
#include "tools/weft/nmt_graph.h"
#include "tools/weft/output.h"
#include "tools/weft/summary.h"

namespace weft::tool {
namespace {

struct DumpOptions {
  std::string file;
  std::string model;
  NmtGraphOptions nmt;
  std::string stage = "before";
  std::string after;
  std::vector<std::string> without;
  bool check_passes = false;
  std::optional<std::size_t> memory_budget;
  std::string backend = "onednn";
  std::string format = "text";
  bool summary = false;
  std::string output;
};

Graph source_graph(const DumpOptions& options) {
  if (options.model.empty() == options.file.empty())
    throw CLI::ValidationError("dump", "give either a graph file or --model nmt");
  return options.file.empty() ? build_nmt_graph(options.nmt) : load_graph(options.file, all_ops());
}

std::string written(const Graph& graph, const std::string& format) {
  if (format == "json") return to_json(graph);
  if (format == "dot") return to_dot(graph);
  return to_text(graph);
}

/// The graph as it runs within the budget; says on standard error what that costs.
Graph compiled_within_budget(const Graph& graph, const DumpOptions& options) {
  require_memory_for(graph);
  CompileOptions compile_options;
  compile_options.disabled_passes = options.without;
  compile_options.memory_budget = options.memory_budget;
  if (options.check_passes) compile_options.check_passes = &reference_backend();
  const Executable executable = compile(graph, backend_named(options.backend), compile_options);
  const ExecutableReport& report = executable.report();
  const RematerialiseReport& again = report.rematerialised;
  fmt::print(
      stderr,
      "weft: {} of working memory with the kernels' scratch, {} saved by {} nodes more: {:.2f} % more arithmetic\n",
      bytes_text(static_cast<double>(report.arena_bytes)), bytes_text(static_cast<double>(again.bytes_saved)),
      again.nodes, report.flops > 0.0 ? 100.0 * again.flops / (report.flops - again.flops) : 0.0);
  return executable.graph().clone();
}

void dump(const DumpOptions& options) {
  const bool compiled = options.stage == "after" || !options.after.empty() || !options.without.empty() ||
                        options.check_passes || options.memory_budget;
  Graph graph = source_graph(options);
  if (options.memory_budget) {
    graph = compiled_within_budget(graph, options);
  } else if (compiled) {
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
  command
      .add_option("--memory-budget", options.memory_budget,
                  "After all passes, with values computed again until working memory has at most this size: 300MB")
      ->option_text("SIZE")
      ->transform(CLI::AsSizeValue(true))
      ->group(group)
      ->excludes("--after");
  add_check_passes_option(command, options.check_passes)->group(group);
  add_backend_option(command, options.backend);
  command.get_option("--backend")->group(group);
}

}  // namespace

void add_dump(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("dump", "Write a graph: as text, JSON or a picture, before or after compiling");
  const auto options = std::make_shared<DumpOptions>();
  command->add_option("file,--file", options->file, "A graph: JSON, or text (docs/ir.md)")->option_text("GRAPH");
  CLI::Option* model = command->add_option("--model", options->model, "A model's graph instead: nmt, the translator")
                           ->check(CLI::IsMember({"nmt"}));
  command->add_option("--format", options->format, "text, json or dot (for Graphviz)")
      ->check(CLI::IsMember({"text", "json", "dot"}))
      ->capture_default_str();
  command->add_flag("--summary", options->summary, "Instead of the graph: its size, its cost, its nodes by op");
  command->add_option("-o,--output", options->output, "Where to; otherwise standard output")->option_text("FILE");
  add_stage_options(*command, *options);
  add_nmt_graph_options(*command, options->nmt, *model);
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
