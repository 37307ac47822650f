#include "passes/autodiff/contraction.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "ops/ops.h"

using namespace weft;

namespace {

using Sets = std::vector<std::vector<NodeId>>;

/// Sums of earlier values at random: mostly of near ones, so that there are long paths.
Graph random_sums(std::mt19937_64& random, std::size_t count) {
  Graph graph;
  std::vector<Value> values{graph.input("a", DType::f32, {2}), graph.input("b", DType::f32, {2})};
  const auto draw = [&] {
    const std::size_t near = std::min<std::size_t>(values.size(), random() % 3 == 0 ? values.size() : 6);
    return values[values.size() - 1 - random() % near];
  };
  while (values.size() < count) {
    const Value left = draw();
    const Value right = draw();
    values.push_back(left + right);
  }
  return graph;
}

/// Splits the sums into groups at random.
Sets random_groups(const Graph& graph, std::mt19937_64& random) {
  Sets groups(1 + random() % 8);
  for (const NodeId id : graph.nodes())
    if (!graph.node(id).operands.empty() && random() % 2 == 0) groups[random() % groups.size()].push_back(id);
  return groups;
}

/// Contraction as it is defined: the whole graph is looked at again and again.
class NaiveContraction {
 public:
  explicit NaiveContraction(const Graph& graph) : graph_(graph) {
    for (const NodeId id : graph.nodes()) cluster_of_[id] = id;
  }

  Sets contract_independent(const std::vector<NodeId>& nodes) {
    std::map<std::size_t, std::vector<NodeId>> by_depth;
    for (const auto& depths = depths_of({nodes.begin(), nodes.end()}); const NodeId node : nodes)
      by_depth[depths.at(node)].push_back(node);
    Sets sets;
    for (const auto& [depth, set] : by_depth) {
      if (set.size() < 2) continue;
      sets.push_back(set);
      for (const NodeId node : set) cluster_of_[node] = set.front();
    }
    return sets;
  }

  /// Relaxes all edges until nothing changes, at most as often as there are nodes: a cycle would change for ever.
  std::map<NodeId, std::size_t> depths_of(const std::set<NodeId>& members) {
    std::map<NodeId, std::size_t> depths;
    bool changed = true;
    for (std::size_t round = 0; changed; ++round) {
      REQUIRE(round <= graph_.node_count());
      changed = false;
      for (const NodeId id : graph_.nodes())
        for (const ValueId operand : graph_.node(id).operands) {
          const NodeId from = cluster_of_[graph_.producer(operand)];
          const std::size_t through = depths[from] + (members.contains(from) ? 1 : 0);
          std::size_t& depth = depths[cluster_of_[id]];
          changed |= through > depth;
          depth = std::max(depth, through);
        }
    }
    return depths;
  }

 private:
  const Graph& graph_;
  std::map<NodeId, NodeId> cluster_of_;
};

}  // namespace

TEST_CASE("on random graphs, contraction finds what looking at the whole graph each time finds, and no cycle") {
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const Graph graph = random_sums(random, 10 + random() % 60);
    Contraction contraction(graph);
    NaiveContraction naive(graph);
    std::set<NodeId> all;
    for (const std::vector<NodeId>& group : random_groups(graph, random)) {
      const Sets sets = contraction.contract_independent(group);
      CHECK(sets == naive.contract_independent(group));
      found += sets.size();
      all.insert(group.begin(), group.end());
    }
    naive.depths_of(all);  // ends: the contracted graph has no cycle
  }
  CHECK(found > 500);
}

TEST_CASE("a chain is not contracted, what lies beside each other is") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2});
  const Value y = graph.input("y", DType::f32, {2});
  const Value first = tanh(x);
  const Value second = tanh(first);
  const Value beside = tanh(y);
  Contraction contraction(graph);
  const std::vector<NodeId> nodes{first.producer(), second.producer(), beside.producer()};
  CHECK(contraction.contract_independent(nodes) == Sets{{first.producer(), beside.producer()}});
}

TEST_CASE("what a contraction makes dependent is not contracted later") {
  // a1 needs b0, and c1 needs a0: once a0 and a1 are one, c1 needs b0.
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2});
  const Value a0 = tanh(x);
  const Value b0 = exp(x);
  const Value a1 = tanh(b0);
  const Value c1 = exp(a0);
  Contraction contraction(graph);
  const std::vector<NodeId> tanhs{a0.producer(), a1.producer()};
  const std::vector<NodeId> exps{b0.producer(), c1.producer()};
  CHECK(contraction.contract_independent(tanhs) == Sets{tanhs});
  CHECK(contraction.contract_independent(exps).empty());
}
