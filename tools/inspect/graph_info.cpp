#include "tools/inspect/graph_info.h"

#include <algorithm>
#include <functional>
#include <map>

#include "graph/cost.h"
#include "graph/order.h"
#include "passes/memory/buffers.h"
#include "tools/inspect/scope_folding.h"

namespace weft::inspect {
namespace {

void add_leaf(LeafInfo& info, const TensorType& type) {
  info.count += 1;
  info.elements += static_cast<double>(type.shape.volume());
  info.bytes += static_cast<double>(type.bytes());
}

void add_cost(CostInfo& sum, const CostInfo& cost) {
  sum.nodes += cost.nodes;
  for (const auto member : {&CostInfo::parameters, &CostInfo::states}) {
    (sum.*member).count += (cost.*member).count;
    (sum.*member).elements += (cost.*member).elements;
    (sum.*member).bytes += (cost.*member).bytes;
  }
  sum.flops += cost.flops;
  sum.bytes += cost.bytes;
  sum.peak_bytes += cost.peak_bytes;
}

/// What a region takes in the arena.
std::size_t arena_bytes(const Region& region) {
  return (region.bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
}

/// What the planner makes of the graph, and for every node the bytes of its values that are live at the peak.
ArenaInfo arena_of(const Graph& graph, std::vector<double>& peak_bytes) {
  const std::vector<NodeId> steps = schedule(graph);
  if (steps.empty()) return {};
  const BufferPlan plan = plan_buffers(graph, steps, std::vector<std::size_t>(steps.size(), 0));
  std::vector<LiveInterval> intervals;
  for (const Region& region : plan.regions) intervals.push_back({region.bytes, region.first, region.last});
  const std::uint32_t peak = find_peak(intervals, arena_alignment).step;
  for (const Region& region : plan.regions)
    if (region.root && region.first <= peak && peak <= region.last)
      peak_bytes[graph.producer(region.root).index] += static_cast<double>(arena_bytes(region));
  return {plan.arena_bytes, plan.lower_bound_bytes, plan.naive_bytes, graph.node(steps[peak]).name};
}

CostInfo cost_of(const Graph& graph, const Node& node, double peak_bytes) {
  CostInfo cost{.nodes = 1, .flops = flops_of(graph, node), .bytes = bytes_of(graph, node), .peak_bytes = peak_bytes};
  if (node.op == &leaf::parameter) add_leaf(cost.parameters, graph.type(node.results[0]));
  if (node.op == &leaf::state) add_leaf(cost.states, graph.type(node.results[0]));
  return cost;
}

std::vector<OpInfo> by_op(const std::map<std::string_view, CostInfo>& costs) {
  std::vector<OpInfo> ops;
  for (const auto& [op, cost] : costs) ops.push_back({op, cost});
  std::ranges::stable_sort(ops, std::ranges::greater(), [](const OpInfo& info) { return info.cost.flops; });
  return ops;
}

/// The scopes as a tree, in the order in which the graph first has them.
class ScopeTree {
 public:
  explicit ScopeTree(const Graph& graph) : folding_(graph) {}

  void add(const std::string& scope, const CostInfo& cost) {
    const std::string folded = folding_.folded(scope);
    Branch* branch = &root_;
    std::string path;
    for (const std::string_view part : scope_parts(folded)) {
      path += (path.empty() ? "" : "/") + std::string(part);
      branch = &below(*branch, path);
      add_cost(branch->info.cost, cost);
    }
  }

  std::vector<ScopeInfo> listed() const {
    std::vector<ScopeInfo> scopes;
    list(root_, scopes);
    return scopes;
  }

 private:
  struct Branch {
    ScopeInfo info;
    std::vector<Branch> branches;
    std::map<std::string, std::size_t> index;
  };

  Branch& below(Branch& parent, const std::string& path) {
    const auto [entry, is_new] = parent.index.emplace(path, parent.branches.size());
    if (is_new) {
      const std::size_t depth = parent.info.scope.empty() ? 1 : parent.info.depth + 1;
      parent.branches.push_back({{path, depth, folding_.copies(path), {}}, {}, {}});
    }
    return parent.branches[entry->second];
  }

  static void list(const Branch& branch, std::vector<ScopeInfo>& scopes) {
    for (const Branch& child : branch.branches) {
      scopes.push_back(child.info);
      list(child, scopes);
    }
  }

  ScopeFolding folding_;
  Branch root_;
};

}  // namespace

GraphInfo info_of(const Graph& graph) {
  GraphInfo info;
  std::vector<double> peak_bytes(graph.node_bound(), 0.0);
  info.arena = arena_of(graph, peak_bytes);
  std::map<std::string_view, CostInfo> ops;
  ScopeTree scopes(graph);
  for (const NodeId id : topological_order(graph)) {
    const Node& node = graph.node(id);
    const CostInfo cost = cost_of(graph, node, peak_bytes[id.index]);
    add_cost(info.all, cost);
    add_cost(ops[node.op->name], cost);
    scopes.add(node.scope, cost);
  }
  info.ops = by_op(ops);
  info.scopes = scopes.listed();
  return info;
}

}  // namespace weft::inspect
