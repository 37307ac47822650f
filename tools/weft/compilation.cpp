#include "tools/weft/compilation.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/check/pass_check.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/pass_context.h"
#include "backends/runtime/program.h"
#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/number_text.h"
#include "graph/base/quantity.h"
#include "passes/pipeline.h"
#include "tools/inspect/summary.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/memory_limit.h"

namespace weft::tool {

using namespace inspect;

namespace {

/// What stands for the whole pipeline where a pass is named.
constexpr std::string_view whole_pipeline = "compilation";

}  // namespace

std::vector<const Pass*> passes_until(std::vector<const Pass*> passes, const std::string& last) {
  if (last == whole_pipeline) return passes;
  if (const auto number = parse_integer(last)) {
    require(*number >= 1 && *number <= std::ssize(passes),
            "there is no pass number {}: the pipeline has passes 1 to {}", *number, passes.size());
    passes.resize(static_cast<std::size_t>(*number));
    return passes;
  }
  const auto at = std::ranges::find(passes, &find_pass(last));
  require(at != passes.end(),
          "the pass {} does not run here, so nothing can stop after it; `weft passes` lists those that compiling runs",
          last);
  passes.erase(at + 1, passes.end());
  return passes;
}

std::vector<const Pass*> passes_named(const std::vector<std::string>& names) {
  std::vector<const Pass*> passes;
  for (const std::string& name : names) {
    if (name.empty()) continue;  // --passes '': none
    if (name != whole_pipeline) {
      passes.push_back(&find_pass(name));
      continue;
    }
    const std::vector<const Pass*> pipeline = compile_pipeline();
    passes.insert(passes.end(), pipeline.begin(), pipeline.end());
  }
  return passes;
}

void run_passes_for(Graph& graph, const Backend& backend, const std::vector<const Pass*>& passes,
                    const PassObserver& observer, std::optional<std::size_t> memory_budget, int processes) {
  PassContext context = pass_context(backend, memory_budget);
  context.processes = processes;
  run_passes(graph, passes, context, observer);
}

Option add_processes_option(const Command& command, int& processes) {
  return command
      .option("--processes", processes, "As it is compiled for so many processes that train together (data-parallel)")
      .value("N")
      .between(1, 1 << 20);
}

Option add_disabled_passes_option(const Command& command, std::vector<std::string>& names) {
  return command
      .option("--disable-pass,--without", names, "Leave a pass out (`weft passes` lists them); may be repeated")
      .value("NAME")
      .one_at_a_time();
}

Option add_precision_option(const Command& command, Precision& precision) {
  return command
      .on_text(
          "--precision",
          [&precision](const std::string& name) { precision = name == "bf16" ? Precision::bf16 : Precision::f32; },
          "What matrix products take their factors in; bf16 runs the pass mixed-precision")
      .one_of({"f32", "bf16"})
      .value("TYPE")
      .show_default("f32");
}

Option add_check_passes_option(const Command& command, bool& check) {
  return command.flag("--check-passes", check,
                      "Run the graph before and after each pass in float64, on random inputs, and fail, naming the "
                      "pass, where the results differ; slow for large graphs");
}

void add_stage_options(const Command& command, StageOptions& options) {
  const std::string group = "Before or after compiling";
  command.option("--stage", options.stage, "before: as declared. after: as it runs")
      .one_of({"before", "after"})
      .show_default()
      .group(group);
  const Option after =
      command
          .option("--after,--stop-after", options.after,
                  "After a pass: its name (its first time) or its number in `weft passes`; `compilation`: after all")
          .group(group);
  add_disabled_passes_option(command, options.without).group(group);
  add_precision_option(command, options.precision).group(group);
  command
      .option("--memory-budget", options.memory_budget,
              "After all passes, with values computed again until working memory has at most this size: 300MB")
      .bytes()
      .group(group)
      .excludes(after);
  add_check_passes_option(command, options.check_passes).group(group);
  add_backend_option(command, options.backend).group(group);
  add_processes_option(command, options.processes).group(group);
}

namespace {

Graph compiled_within_budget(const Graph& graph, const StageOptions& options) {
  require_memory_for(graph);
  CompileOptions compile_options;
  compile_options.disabled_passes = options.without;
  compile_options.precision = options.precision;
  compile_options.memory_budget = options.memory_budget;
  std::optional<PassCheck> check;
  if (options.check_passes) compile_options.observer = check.emplace(graph, reference_backend()).observer();
  const weft::Program program = compile(graph, backend_named(options.backend), compile_options);
  const ProgramReport& report = program.report();
  const RematerialiseReport& again = report.rematerialised;
  fmt::print(stderr,
             "weft: {} of working memory with the kernels' scratch, {} saved by {} more: {:.2f} % more arithmetic\n",
             bytes_text(report.arena_bytes), bytes_text(again.bytes_saved), counted(again.nodes, "node"),
             report.flops > 0.0 ? 100.0 * again.flops / (report.flops - again.flops) : 0.0);
  return program.graph().clone();
}

}  // namespace

void bring_to_stage(Graph& graph, const StageOptions& options) {
  if (!options.compiles()) return;
  require(!options.memory_budget || options.processes == 1,
          "--memory-budget goes by a program of one process; leave out --processes {}", options.processes);
  if (options.memory_budget) {
    graph = compiled_within_budget(graph, options);
    return;
  }
  std::vector<const Pass*> passes = compile_pipeline(options.without, options.precision);
  if (!options.after.empty()) passes = passes_until(std::move(passes), options.after);
  std::optional<PassCheck> check;
  if (options.check_passes) check.emplace(graph, reference_backend());
  run_passes_for(graph, backend_named(options.backend), passes, check ? check->observer() : PassObserver{}, {},
                 options.processes);
}

}  // namespace weft::tool
