#include "tools/weft/pass_effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/json_value.h"
#include "graph/base/quantity.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/pipeline.h"
#include "tools/inspect/run_timer.h"
#include "tools/inspect/summary.h"
#include "tools/inspect/table.h"
#include "tools/inspect/tensor_draws.h"
#include "tools/weft/nmt_graph.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct Effect {
  std::string without;  ///< a pass; empty: all of them run
  std::size_t nodes = 0;
  std::size_t kernels = 0;
  std::size_t products = 0;
  double flops = 0.0;
  std::size_t arena_bytes = 0;
  std::optional<double> median_ms = {};
};

Graph training_step() {
  NmtGraphOptions options;
  options.rows = 64;
  options.source_length = 19;
  options.target_length = 11;
  return build_nmt_graph(options);
}

/// Ids are within both vocabularies, and nearly all lengths are beyond the padding.
constexpr DrawRange words{.low = 0.0, .high = 1e-3, .integer_low = 1, .integer_high = 5000};

Effect effect_of(const Graph& graph, const ExecutionOptions& binding, const std::string& without, int runs) {
  CompileOptions options;
  if (!without.empty()) options.disabled_passes = {without};
  Execution execution(compile(graph, onednn_backend(), options), binding);
  const ProgramReport& report = execution.report();
  Effect effect{
      .without = without, .kernels = report.kernels, .flops = report.flops, .arena_bytes = report.arena_bytes};
  for (const NodeId id : topological_order(execution.graph())) {
    const Op& op = *execution.graph().node(id).op;
    if (!is_leaf(op)) ++effect.nodes;
    if (is_product(op)) ++effect.products;
  }
  if (runs > 0) effect.median_ms = median_ms_of(execution, runs, words);
  return effect;
}

/// All passes, and then without each; one that compiling cannot do without is left out of the list.
std::vector<Effect> measure(int runs) {
  const Graph graph = training_step();
  const ExecutionOptions shared{std::make_shared<Variables>(), std::make_shared<Arena>()};
  std::vector<Effect> effects{effect_of(graph, shared, "", runs)};
  const std::vector<const Pass*> pipeline = compile_pipeline();
  for (const Pass* pass : all_passes())
    if (std::ranges::find(pipeline, pass) != pipeline.end() && pass != &pass::decompose)
      effects.push_back(effect_of(graph, shared, std::string(pass->name), runs));
  return effects;
}

std::string as_json(const std::vector<Effect>& effects) {
  Json rows = Json::list();
  for (const Effect& effect : effects) {
    Json row{{"without", effect.without},   {"nodes", effect.nodes}, {"kernels", effect.kernels},
             {"products", effect.products}, {"flops", effect.flops}, {"arena_bytes", effect.arena_bytes}};
    if (effect.median_ms) row["median_ms"] = *effect.median_ms;
    rows.push_back(row);
  }
  return rows.dump(2) + "\n";
}

std::string as_table(const std::vector<Effect>& effects) {
  Table table({"without", "nodes", "kernels", "products", "GFLOP", "arena", "median ms"}, "lrrrrrr");
  for (const Effect& effect : effects)
    table.add({effect.without.empty() ? "(all passes)" : effect.without, std::to_string(effect.nodes),
               std::to_string(effect.kernels), std::to_string(effect.products),
               fmt::format("{:.2f}", effect.flops / 1e9), bytes_text(effect.arena_bytes),
               effect.median_ms ? fmt::format("{:.1f}", *effect.median_ms) : ""});
  return table.to_string();
}

}  // namespace

std::string pass_effects(int runs, bool json) {
  const std::vector<Effect> effects = measure(runs);
  return json ? as_json(effects) : as_table(effects);
}

}  // namespace weft::tool
