#include "tests/fuzz/random_graph.h"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

#include "graph/io/text.h"
#include "graph/verifier.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "tests/fuzz/mutate_graph.h"

using namespace weft;

namespace {

void add_ops(const Graph& graph, std::set<std::string_view>& met) {
  for (const NodeId id : graph.nodes()) met.insert(graph.node(id).op->name);
}

}  // namespace

TEST_CASE("random graphs have every op of the list") {
  std::set<std::string_view> met;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Graph graph = fuzz::random_graph(seed);
    verify(graph);
    add_ops(graph, met);
  }
  for (const Op* op : all_ops().ops()) {
    INFO(op->name);
    CHECK(met.contains(op->name));
  }
}

TEST_CASE("a random graph is the same for the same seed, and another for another") {
  CHECK(to_text(fuzz::random_graph(7)) == to_text(fuzz::random_graph(7)));
  CHECK(to_text(fuzz::random_graph(7)) != to_text(fuzz::random_graph(8)));
}

TEST_CASE("a changed graph is valid, and mostly another one") {
  int changed = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Graph graph = fuzz::random_graph(seed, {.nodes = 8});
    fuzz::Choices choices(seed);
    const Graph mutated = fuzz::mutate_graph(graph, choices);
    verify(mutated);
    changed += to_text(mutated) != to_text(graph) ? 1 : 0;
  }
  CHECK(changed > 50);
}
