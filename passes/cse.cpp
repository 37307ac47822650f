// Common subexpression elimination: of nodes with the same op, operands and attributes, the first stays. Walking in
// topological order and looking operands up in the replacements found so far makes one walk enough.
//
//   before                                  after
//   %k0 = dense(%values, %w2, %b2)          %k0 = dense(%values, %w2, %b2)
//   %k1 = dense(%values, %w2, %b2)          %s1 = additive_scores(%q1, %k0, ...)
//   %s1 = additive_scores(%q1, %k1, ...)

#include <unordered_map>

#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

bool is_variable_or_input(const Op& op) { return is_leaf(op) && &op != &leaf::constant; }

std::uint64_t hash_of(const Node& node) {
  std::uint64_t hash = std::hash<std::string_view>{}(node.op->name) ^ (node.attributes.hash() * 0x9e3779b97f4a7c15ULL);
  for (const ValueId operand : node.operands) hash = (hash ^ operand.index) * 0x100000001b3ULL;
  return hash;
}

bool same_work(const Node& a, const Node& b) {
  return a.op == b.op && a.operands == b.operands && a.attributes == b.attributes;
}

bool run_cse(Graph& graph, const PassContext&) {
  Rewriter rewriter(graph);
  std::unordered_multimap<std::uint64_t, NodeId> seen;
  for (const NodeId id : topological_order(graph)) {
    const Node& node = graph.node(id);
    if (is_variable_or_input(*node.op)) continue;
    rewriter.refresh(id);
    const std::uint64_t hash = hash_of(node);
    const auto [first, last] = seen.equal_range(hash);
    const auto twin = std::find_if(first, last, [&](const auto& entry) {
      return same_work(graph.node(entry.second), node) &&
             graph.type(graph.node(entry.second).results[0]) == graph.type(node.results[0]);
    });
    if (twin == last) {
      seen.emplace(hash, id);
      continue;
    }
    std::vector<Value> kept;
    for (const ValueId result : graph.node(twin->second).results) kept.push_back(graph.value(result));
    rewriter.replace(id, kept);
  }
  return rewriter.finish();
}

}  // namespace

const Pass pass::cse{"cse", "merges nodes that do the same work", run_cse};

}  // namespace weft
