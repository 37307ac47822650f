#include "tools/weft/compilation.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "backends/evaluate.h"
#include "graph/error.h"
#include "graph/number_text.h"
#include "passes/pipeline.h"

namespace weft::tool {

std::vector<const Pass*> pipeline_until(const std::string& last, const std::vector<std::string>& without) {
  std::vector<const Pass*> pipeline = compile_pipeline(without);
  if (last == "compilation") return pipeline;
  if (const auto number = parse_integer(last)) {
    require(*number >= 1 && *number <= std::ssize(pipeline),
            "there is no pass number {}: the pipeline has passes 1 to {}", *number, pipeline.size());
    pipeline.resize(static_cast<std::size_t>(*number));
    return pipeline;
  }
  const auto at = std::ranges::find(pipeline, &find_pass(last));
  require(at != pipeline.end(),
          "the pass {} does not run here, so nothing can stop after it; `weft passes` lists those that do", last);
  pipeline.erase(at + 1, pipeline.end());
  return pipeline;
}

void run_passes_for(Graph& graph, const Backend& backend, const std::vector<const Pass*>& passes,
                    const PassObserver& observer) {
  const PassContext context{
      .runs_whole = [&backend](const Op& op) { return backend.find_kernel(op) != nullptr; },
      .evaluate = [&backend](const Graph& of, NodeId node) { return evaluate_constant_node(of, node, backend); }};
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

}  // namespace weft::tool
