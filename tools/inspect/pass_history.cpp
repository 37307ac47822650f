#include "tools/inspect/pass_history.h"

#include <unordered_map>
#include <utility>

#include "backends/runtime/pass_context.h"
#include "graph/cost.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/memory/buffers.h"
#include "tools/inspect/run_timer.h"

namespace weft::inspect {
namespace {

/// What people read of a node; the elements of a large constant tell them nothing.
constexpr std::size_t longest_line = 1000;

std::string line_of(const Graph& graph, NodeId id) {
  std::string line = node_text(graph, id);
  if (line.size() <= longest_line) return line;
  line.resize(longest_line);
  return line + " ...";
}

StageCost cost_of(const Graph& graph) {
  const std::vector<NodeId> steps = schedule(graph);
  StageCost cost{.nodes = steps.size()};
  for (const NodeId id : steps) {
    const Node& node = graph.node(id);
    cost.products += is_product(*node.op) ? 1 : 0;
    cost.flops += flops_of(graph, node);
  }
  const BufferPlan plan = plan_buffers(graph, steps, std::vector<std::size_t>(steps.size(), 0));
  for (const bool needed : plan.needs_kernel) cost.kernels += needed ? 1 : 0;
  cost.arena_bytes = plan.arena_bytes;
  return cost;
}

class Recorder {
 public:
  Recorder(const Backend& backend, const PassHistoryOptions& options) : timing_(backend), options_(options) {}

  void record(const Graph& graph, const Pass* pass, bool changed, double seconds,
              std::vector<std::string> reasons = {}) {
    Stage stage{.pass = pass, .changed = changed, .seconds = seconds, .reasons = std::move(reasons)};
    // What no pass has touched costs what it did before.
    if (pass != nullptr && !changed)
      stage.cost = history_.stages.back().cost;
    else
      stage.cost = measured(graph);
    history_.stages.push_back(stage);
    record_versions(graph);
  }

  PassHistory take() { return std::move(history_); }

 private:
  StageCost measured(const Graph& graph) {
    StageCost cost = cost_of(graph);
    if (options_.runs > 0) cost.median_ms = timing_.median_ms_as_it_is(graph, options_.runs, options_.range);
    return cost;
  }

  void record_versions(const Graph& graph) {
    const auto stage = static_cast<std::uint32_t>(history_.stages.size() - 1);
    StageChange& change = history_.stages.back().change;
    std::size_t kept = 0;
    for (const NodeId id : topological_order(graph)) {
      const Node& node = graph.node(id);
      const auto known = latest_.find(id);
      // Leaves stay as they are, and the text of a large constant is long.
      const bool is_known_leaf = known != latest_.end() && is_leaf(*node.op);
      std::string line = is_known_leaf ? "" : line_of(graph, id);
      if (is_known_leaf || (known != latest_.end() && history_.versions[known->second].line == line)) {
        history_.versions[known->second].last = stage;
        ++kept;
        continue;
      }
      known == latest_.end() ? ++change.added : ++change.changed;
      latest_[id] = history_.versions.size();
      history_.versions.push_back({id, node.op, node.scope, std::move(line), stage, stage});
    }
    change.removed = std::exchange(node_count_, graph.node_count()) - kept - change.changed;
  }

  RunTimer timing_;
  PassHistoryOptions options_;
  PassHistory history_;
  std::size_t node_count_ = 0;                      // of the stage before
  std::unordered_map<NodeId, std::size_t> latest_;  // index of a node's last version
};

}  // namespace

PassHistory record_passes(Graph graph, const Backend& backend, const std::vector<const Pass*>& passes,
                          const PassHistoryOptions& options) {
  Recorder recorder(backend, options);
  recorder.record(graph, nullptr, false, 0.0);
  PassContext context = pass_context(backend);
  context.processes = options.processes;
  std::vector<std::string> reasons;
  context.explain = [&](const std::string& reason) { reasons.push_back(reason); };
  run_passes(graph, passes, context,
             {.before = {}, .after = [&](const Pass& pass, const Graph& after, bool changed, double seconds) {
                recorder.record(after, &pass, changed, seconds, std::exchange(reasons, {}));
              }});
  PassHistory history = recorder.take();
  history.graph = graph.name();
  return history;
}

}  // namespace weft::inspect
