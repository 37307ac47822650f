#include "tools/weft/pass_effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/joined.h"
#include "graph/base/json_value.h"
#include "graph/base/quantity.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/pipeline.h"
#include "tools/benchmark_models/benchmark_models.h"
#include "tools/inspect/run_timer.h"
#include "tools/inspect/summary.h"
#include "tools/inspect/table.h"
#include "tools/weft/nmt_graph.h"

namespace weft::tool {

using namespace inspect;

namespace {

/// A program, by what it takes.
struct Cost {
  std::size_t nodes = 0;
  std::size_t kernels = 0;
  std::size_t products = 0;
  double flops = 0.0;
  std::size_t arena_bytes = 0;
  std::optional<double> median_ms = {};
};

struct Effects {
  Cost of_all;
  /// Without a pass that acts.
  std::vector<std::pair<const Pass*, Cost>> without = {};
  std::vector<const Pass*> idle = {};
};

/// The passes of the pipeline, by name; not the one that compiling cannot do without.
std::vector<const Pass*> dispensable_passes() {
  const std::vector<const Pass*> pipeline = compile_pipeline();
  std::vector<const Pass*> passes;
  for (const Pass* pass : all_passes())
    if (std::ranges::find(pipeline, pass) != pipeline.end() && can_be_left_out(*pass)) passes.push_back(pass);
  return passes;
}

/// What running takes, in milliseconds; none when it is not asked for.
using Timer = std::function<std::optional<double>(const weft::Program&)>;

Cost cost_of(const weft::Program& program, const Timer& timer) {
  const ProgramReport& report = program.report();
  Cost cost{.kernels = report.kernels, .flops = report.flops, .arena_bytes = report.arena_bytes};
  for (const NodeId id : topological_order(program.graph())) {
    const Op& op = *program.graph().node(id).op;
    if (!is_leaf(op)) ++cost.nodes;
    if (is_product(op)) ++cost.products;
  }
  cost.median_ms = timer(program);
  return cost;
}

Effects effects_on(const Graph& graph, const Timer& timer) {
  std::set<const Pass*> acted;
  CompileOptions options;
  options.observer.after = [&](const Pass& pass, const Graph&, bool changed, double) {
    if (changed) acted.insert(&pass);
  };
  Effects effects{.of_all = cost_of(compile(graph, onednn_backend(), options), timer)};
  for (const Pass* pass : dispensable_passes())
    if (acted.contains(pass))
      effects.without.emplace_back(
          pass, cost_of(compile(graph, onednn_backend(), {.disabled_passes = {std::string(pass->name)}}), timer));
    else
      effects.idle.push_back(pass);
  return effects;
}

std::string as_json(const Effects& effects) {
  Json rows = Json::list();
  const auto add = [&](std::string_view without, const Cost& cost) {
    Json row{{"without", std::string(without)}, {"nodes", cost.nodes}, {"kernels", cost.kernels},
             {"products", cost.products},       {"flops", cost.flops}, {"arena_bytes", cost.arena_bytes}};
    if (cost.median_ms) row["median_ms"] = *cost.median_ms;
    rows.push_back(row);
  };
  add("", effects.of_all);
  for (const auto& [pass, cost] : effects.without) add(pass->name, cost);
  return rows.dump(2) + "\n";
}

std::string as_table(const Effects& effects) {
  Table table({"without", "nodes", "kernels", "products", "GFLOP", "arena", "median ms"}, "lrrrrrr");
  const auto add = [&](std::string_view without, const Cost& cost) {
    table.add({std::string(without), std::to_string(cost.nodes), std::to_string(cost.kernels),
               std::to_string(cost.products), fmt::format("{:.2f}", cost.flops / 1e9), bytes_text(cost.arena_bytes),
               cost.median_ms ? fmt::format("{:.3g}", *cost.median_ms) : ""});
  };
  add("(all passes)", effects.of_all);
  for (const auto& [pass, cost] : effects.without) add(pass->name, cost);
  std::vector<std::string_view> idle;
  for (const Pass* pass : effects.idle) idle.push_back(pass->name);
  return table.to_string() + (idle.empty() ? "" : fmt::format("\nThese find nothing to do: {}.\n", joined(idle, ", ")));
}

/// A row for each pass, a column for each model; empty where the pass does not act on the model.
std::string as_markdown(const std::vector<std::pair<std::string_view, Effects>>& models,
                        const std::function<std::string(const Cost&)>& text) {
  std::string head = "| without |";
  std::string rule = "|---|";
  std::string all = "| (all passes) |";
  for (const auto& [name, effects] : models) {
    head += fmt::format(" {} |", name);
    rule += "--:|";
    all += fmt::format(" {} |", text(effects.of_all));
  }
  std::string rows = head + "\n" + rule + "\n" + all + "\n";
  for (const Pass* pass : dispensable_passes()) {
    rows += fmt::format("| `{}` |", pass->name);
    for (const auto& [name, effects] : models) {
      const auto at = std::ranges::find(effects.without, pass, [](const auto& entry) { return entry.first; });
      rows += at == effects.without.end() ? " |" : fmt::format(" {} |", text(at->second));
    }
    rows += "\n";
  }
  return rows;
}

}  // namespace

Graph padded_training_step() {
  NmtGraphOptions options;
  options.rows = 64;
  options.source_length = 19;
  options.target_length = 11;
  return build_nmt_graph(options);
}

std::string pass_effects(const Graph& graph, int runs, const DrawRange& range, bool json) {
  const ExecutionOptions shared{std::make_shared<Variables>(), std::make_shared<Arena>()};
  const Effects effects = effects_on(graph, [&](const weft::Program& program) -> std::optional<double> {
    if (runs == 0) return std::nullopt;
    Execution execution(program, shared);
    return median_ms_of(execution, runs, range);
  });
  return json ? as_json(effects) : as_table(effects);
}

std::string pass_effects_on_models() {
  const Timer untimed = [](const weft::Program&) { return std::nullopt; };
  std::vector<std::pair<std::string_view, Effects>> models;
  for (const BenchmarkModel& model : benchmark_models())
    models.emplace_back(model.name, effects_on(benchmark_graph(model.name), untimed));
  models.emplace_back("nmt", effects_on(padded_training_step(), untimed));
  return "Kernels of a step:\n\n" + as_markdown(models, [](const Cost& cost) { return std::to_string(cost.kernels); }) +
         "\nThe memory of its arena:\n\n" +
         as_markdown(models, [](const Cost& cost) { return bytes_text(cost.arena_bytes); });
}

}  // namespace weft::tool
