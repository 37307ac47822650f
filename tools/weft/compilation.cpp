#include "tools/weft/compilation.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "backends/evaluate.h"
#include "backends/pass_check.h"
#include "graph/error.h"
#include "graph/number_text.h"
#include "passes/pipeline.h"
#include "tools/weft/backend_option.h"

namespace weft::tool {
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
                    const PassObserver& observer, std::optional<std::size_t> memory_budget) {
  const PassContext context{
      .runs_whole = [&backend](const Op& op) { return backend.find_kernel(op) != nullptr; },
      .evaluate = [&backend](const Graph& of, NodeId node) { return evaluate_constant_node(of, node, backend); },
      .memory_budget = memory_budget};
  run_passes(graph, passes, context, observer);
}

CLI::Option* add_disabled_passes_option(CLI::App& command, std::vector<std::string>& names) {
  return command
      .add_option("--disable-pass,--without", names, "Leave a pass out (`weft passes` lists them); may be repeated")
      ->option_text("NAME")
      ->allow_extra_args(false);
}

CLI::Option* add_check_passes_option(CLI::App& command, bool& check) {
  return command.add_flag("--check-passes", check,
                          "Run the graph before and after each pass in float64, on random inputs, and fail, naming the "
                          "pass, where the results differ; slow for large graphs");
}

void add_stage_options(CLI::App& command, StageOptions& options) {
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

void bring_to_stage(Graph& graph, const StageOptions& options) {
  if (!options.compiles()) return;
  std::vector<const Pass*> passes = compile_pipeline(options.without);
  if (!options.after.empty()) passes = passes_until(std::move(passes), options.after);
  std::optional<PassCheck> check;
  if (options.check_passes) check.emplace(graph, reference_backend());
  run_passes_for(graph, backend_named(options.backend), passes, check ? check->observer() : PassObserver{});
}

}  // namespace weft::tool
