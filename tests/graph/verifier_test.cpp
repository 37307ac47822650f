#include "graph/verifier.h"

#include <doctest/doctest.h>

#include "tests/graph/test_ops.h"

using namespace weft;
using namespace weft::test;

namespace {

/// x -> twice -> twice_1 -> output, and a state that is updated.
Graph small_graph() {
  Graph graph("small");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value total = graph.state("total", {DType::f32, {2, 3}});
  const Value first = graph.add1(twice, {x}, {}, "first");
  const Value second = graph.add1(twice, {first}, {}, "second");
  graph.output("y", second);
  graph.update(total, second);
  return graph;
}

}  // namespace

TEST_CASE("a graph of every kind of node passes the verifier") {
  CHECK_NOTHROW(verify(Graph("empty")));
  CHECK_NOTHROW(verify(small_graph()));
  CHECK_NOTHROW(verify(graph_of_all_kinds()));
}

TEST_CASE("the verifier names an erased operand") {
  Graph graph = small_graph();
  graph.erase(graph.find("first"));
  CHECK_THROWS_WITH_AS(verify(graph), "twice 'second': operand 0 'first' is erased", InternalError);
}

TEST_CASE("the verifier names an operand that does not exist") {
  Graph graph = small_graph();
  graph.set_operand(graph.find("second"), 0, ValueId{77});
  CHECK_THROWS_WITH_AS(verify(graph), "twice 'second': operand 0 does not exist", InternalError);
}

TEST_CASE("the verifier names an output whose value is erased") {
  Graph graph = small_graph();
  graph.erase(graph.find("second"));
  CHECK_THROWS_WITH_AS(verify(graph), "output 'y': its value does not exist or is erased", InternalError);
}

TEST_CASE("the verifier names an update whose value or variable is erased") {
  Graph graph("g");
  const Value total = graph.state("total", {DType::f32, {2}});
  const Value next = graph.add1(twice, {total}, {}, "next");
  graph.update(total, next);
  Graph without_variable = graph.clone();
  graph.erase(next.producer());
  CHECK_THROWS_WITH_AS(verify(graph), "update 'total': its value does not exist or is erased", InternalError);
  without_variable.erase(without_variable.find("next"));
  without_variable.erase(without_variable.find("total"));
  CHECK_THROWS_WITH_AS(verify(without_variable), "an update's variable does not exist or is erased", InternalError);
}

TEST_CASE("the verifier names a node on a cycle") {
  Graph graph = small_graph();
  graph.set_operand(graph.find("first"), 0, graph.node(graph.find("second")).results[0]);
  CHECK_THROWS_WITH_AS(verify(graph), doctest::Contains("'first' depends on itself"), InternalError);
}

TEST_CASE("the verifier compares result types with inference") {
  Graph graph = small_graph();
  const Value wide = graph.input("wide", DType::f32, {2, 4});
  graph.set_operand(graph.find("first"), 0, wide.id());
  CHECK_THROWS_WITH_AS(verify(graph), "twice 'first': result 0 is f32[2,3], inference says f32[2,4]", InternalError);
}

TEST_CASE("the verifier passes on what inference refuses") {
  Graph graph = small_graph();
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  graph.set_operand(graph.find("first"), 0, ids.id());
  CHECK_THROWS_WITH_AS(verify(graph), "twice 'first': x is i32[2,3]: a floating-point type is needed", InternalError);
}

TEST_CASE("the verifier compares an update's types") {
  Graph graph("g");
  const Value total = graph.state("total", {DType::f32, {2}});
  const Value a = graph.input("a", DType::f32, {2});
  const Value b = graph.input("b", DType::f32, {3});
  graph.update(total, a);
  graph.replace_uses({{a.id(), b.id()}});
  CHECK_THROWS_WITH_AS(verify(graph), "update 'total': types differ: variable f32[2], value 'b' f32[3]", InternalError);
}
