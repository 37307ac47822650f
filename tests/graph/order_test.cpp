#include "graph/order.h"

#include <doctest/doctest.h>

#include "graph/base/error.h"
#include "tests/graph/test_ops.h"

using namespace weft;
using namespace weft::test;

namespace {

std::vector<std::string> names_in_order(const Graph& graph) {
  std::vector<std::string> names;
  for (const NodeId id : topological_order(graph)) names.push_back(graph.node(id).name);
  return names;
}

}  // namespace

TEST_CASE("a graph whose ids are an order keeps it") {
  const Graph graph = graph_of_all_kinds();
  CHECK(topological_order(graph) == graph.nodes());
  CHECK(topological_order(Graph("empty")).empty());
}

TEST_CASE("operands come first, and otherwise the smaller id") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {});
  const Value a = graph.add1(twice, {x}, {}, "a");
  graph.add1(twice, {x}, {}, "b");
  const Value c = graph.add1(twice, {x}, {}, "c");
  const Value d = graph.add1(twice, {c}, {}, "d");
  graph.set_operand(a.producer(), 0, d.id());
  CHECK(names_in_order(graph) == std::vector<std::string>{"x", "c", "d", "a", "b"});
}

TEST_CASE("erased nodes are left out") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {});
  graph.erase(graph.add1(twice, {x}, {}, "a").producer());
  graph.add1(twice, {x}, {}, "b");
  CHECK(names_in_order(graph) == std::vector<std::string>{"x", "b"});
}

TEST_CASE("a cycle is an error that names it") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {});
  const Value a = graph.add1(twice, {x}, {}, "a");
  const Value b = graph.add1(twice, {a}, {}, "b");
  graph.set_operand(a.producer(), 0, b.id());
  CHECK_THROWS_WITH_AS(topological_order(graph), "graph 'g': 'a' depends on itself through 'b': a cycle", Error);
}

TEST_CASE("a long chain needs no recursion") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {});
  constexpr std::size_t length = 200'000;
  std::vector<Value> chain;
  for (std::size_t i = 0; i < length; ++i) chain.push_back(graph.add1(twice, {x}));
  // Each node needs the next one: from the first, the way down is as long as the chain.
  for (std::size_t i = 0; i + 1 < length; ++i) graph.set_operand(chain[i].producer(), 0, chain[i + 1].id());
  const std::vector<NodeId> order = topological_order(graph);
  REQUIRE(order.size() == length + 1);
  CHECK(order.front() == x.producer());
  CHECK(order.back() == chain.front().producer());
}

TEST_CASE("uses are counted as operands, outputs and updates") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {});
  const Value s = graph.state("s", {DType::f32, {}});
  const Value sum = graph.add1(join, {x, x, s});
  graph.output("a", sum);
  graph.output("b", sum);
  graph.update(s, sum);
  const std::vector<std::uint32_t> counts = use_counts(graph);
  CHECK(counts[x.id().index] == 2);
  CHECK(counts[s.id().index] == 1);
  CHECK(counts[sum.id().index] == 3);
}
