#include "graph/graph.h"

#include <doctest/doctest.h>

#include "graph/io/text.h"
#include "graph/verifier.h"
#include "tests/graph/test_ops.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("names are unique, below the scope they were made in") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2});
  CHECK(graph.add1(twice, {x}).name() == "twice");
  CHECK(graph.add1(twice, {x}).name() == "twice_1");
  CHECK(graph.add1(twice, {x}).name() == "twice_2");
  CHECK(graph.add1(twice, {x}, {}, "mine").name() == "mine");
  {
    const Graph::Scope outer = graph.scope("outer");
    CHECK(graph.add1(twice, {x}).name() == "outer/twice");
    {
      const Graph::Scope inner = graph.scope("inner");
      const Value y = graph.add1(twice, {x});
      CHECK(y.name() == "outer/inner/twice");
      CHECK(graph.node(y.producer()).scope == "outer/inner");
      const Graph::Scope elsewhere = graph.absolute_scope("else/where");
      CHECK(graph.add1(twice, {x}).name() == "else/where/twice");
    }
    CHECK(graph.input("x", DType::f32, {2}).name() == "outer/x");
  }
  CHECK(graph.add1(twice, {x}).name() == "twice_3");
  CHECK(graph.find("outer/inner/twice"));
  CHECK_FALSE(graph.find("inner/twice"));
}

TEST_CASE("second results are named by their number") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2});
  const std::vector<Value> parts = graph.add(parted, std::span(&x, 1), {}, "parts");
  CHECK(parts[0].name() == "parts");
  CHECK(parts[1].name() == "parts:1");
  CHECK(graph.result_index(parts[1].id()) == 1);
  CHECK(parts[1].dtype() == DType::i32);
}

TEST_CASE("nodes are renamed within their scope") {
  Graph graph("g");
  const Graph::Scope scope = graph.scope("s");
  const Value x = graph.input("x", DType::f32, {2});
  const Value y = graph.add1(twice, {x}).named("y");
  CHECK(y.name() == "s/y");
  CHECK(graph.find("s/y") == y.producer());
  CHECK_FALSE(graph.find("s/twice"));
  CHECK(graph.add1(twice, {x}).named("y").name() == "s/y_1");
  graph.rename(y.producer(), "elsewhere");
  CHECK(y.name() == "elsewhere");
  CHECK_NOTHROW(verify(graph));
}

TEST_CASE("leaves keep their names, and one in use is an error") {
  Graph graph("g");
  graph.input("x", DType::f32, {2});
  CHECK_THROWS_WITH_AS(graph.input("x", DType::f32, {2}),
                       doctest::Contains("input 'x': the name is in use in graph 'g'"), Error);
  CHECK_THROWS_WITH_AS(graph.input("", DType::f32, {2}), "input: a leaf needs a name", Error);
  CHECK_THROWS_WITH_AS(graph.parameter("p", {2}, Initializer::zeros(), DType::i32),
                       "parameter 'p': a i32 cannot be trained; use a state", Error);
  CHECK_THROWS_AS(graph.parameter("p", {2}, {"glorot", {}}), Error);
  CHECK_THROWS_WITH_AS(graph.state("s", {DType::f32, {2}}, {"uniform", {1.0}}),
                       "'s': the initializer 'uniform' takes 2 numbers, 1 are given", Error);
  CHECK(graph.constant(0.5).name() == "constant");
  CHECK(graph.constant(0.5).name() == "constant_1");
  CHECK(graph.leaves(leaf::constant).size() == 2);
  CHECK(graph.leaves(leaf::parameter).empty());
}

TEST_CASE("errors of nodes name the op and the node") {
  Graph graph("g");
  Graph other("other");
  const Value ids = graph.input("ids", DType::i32, {2});
  const Value foreign = other.input("x", DType::f32, {2});
  CHECK_THROWS_WITH_AS(graph.add1(twice, {ids}, {}, "y"),
                       doctest::Contains("twice 'y': x is i32[2]: a floating-point type is needed"), Error);
  CHECK_THROWS_WITH_AS(graph.add1(twice, {foreign}, {}, "y"),
                       "twice 'y': operand 0 'x' is of graph 'other', the node of graph 'g'", Error);
  CHECK_THROWS_WITH_AS(graph.add1(join, {ids, Value()}, {}, "y"), "join 'y': operand 1 is a null value", Error);
  CHECK(graph.node_count() == 1);  // what failed left nothing behind
  CHECK_FALSE(graph.find("y"));
}

TEST_CASE("errors name operands, and the caller's lines that declared them and began the scope") {
  Graph graph("g");
  const SourceLine ids_line{"model.cpp", 12};
  const Value ids = graph.input("ids", DType::i32, {2}, ids_line);
  const int here = __LINE__ + 1;
  const Value x = graph.input("x", DType::f32, {3});
  const std::string x_line = fmt::format("{}:{}", __FILE__, here);
  {
    const Graph::Scope scope = graph.scope("layer", {"model.cpp", 34});
    CHECK_THROWS_WITH_AS(graph.add1(twice, {ids}),
                         "twice 'layer/twice': x is i32[2]: a floating-point type is needed\n"
                         "  x: 'ids' i32[2], declared at model.cpp:12\n"
                         "  in the scope that begins at model.cpp:34",
                         Error);
  }
  // Behind the scope, its line is forgotten. What an op made was not declared.
  const Value y = graph.add1(twice, {x});
  CHECK_THROWS_WITH_AS(
      graph.add1(join, {y, ids}, {}, "both"),
      doctest::Contains("\n  parts[0]: 'twice' f32[3]\n  parts[1]: 'ids' i32[2], declared at model.cpp:12"), Error);
  CHECK_THROWS_WITH_AS(graph.state("x", {DType::f32, {2}}, Initializer::zeros(), {"model.cpp", 56}),
                       ("state 'x': the name is in use in graph 'g'\n  it was declared at " + x_line +
                        "\n  and is again at model.cpp:56")
                           .c_str(),
                       Error);
  CHECK(graph.clone().node(x.producer()).declared.line == here);
}

TEST_CASE("outputs and updates are checked") {
  Graph graph("g");
  Graph other("other");
  const Value x = graph.input("x", DType::f32, {2});
  const Value s = graph.state("s", {DType::f32, {2}});
  const Value wide = graph.input("wide", DType::f32, {3});
  graph.output("y", x);
  CHECK_THROWS_WITH_AS(graph.output("y", x), "output 'y': the name is in use in graph 'g'", Error);
  CHECK_THROWS_AS(graph.output("", x), Error);
  CHECK_THROWS_AS(graph.output("z", Value()), Error);
  CHECK_THROWS_AS(graph.output("z", other.input("x", DType::f32, {2})), Error);
  CHECK_THROWS_WITH_AS(graph.update(x, s),
                       "update 'x': only a parameter or a state can be updated, this is the result of input", Error);
  CHECK_THROWS_WITH_AS(graph.update(s, wide), "update 's': types differ: variable f32[2], value 'wide' f32[3]", Error);
  graph.update(s, x);
  CHECK_THROWS_WITH_AS(graph.update(s, x), "update 's': it has an update already", Error);
}

TEST_CASE("values stay good when their graph is moved") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2});
  Graph moved = std::move(graph);
  CHECK(&x.graph() == &moved);
  CHECK(moved.add1(twice, {x}).name() == "twice");
  Graph assigned("h");
  assigned = std::move(moved);
  CHECK(&x.graph() == &assigned);
  CHECK(assigned.name() == "g");
}

TEST_CASE("a clone is equal and apart") {
  Graph graph = graph_of_all_kinds();
  const std::string text = to_text(graph);
  Graph copy = graph.clone();
  CHECK(to_text(copy) == text);
  CHECK_NOTHROW(verify(copy));
  copy.input("new", DType::f32, {});
  CHECK(to_text(graph) == text);
  const Value x = graph.value(graph.node(graph.find("x")).results[0]);
  CHECK_THROWS_AS(copy.add1(twice, {x}), Error);
  CHECK(&copy.value(copy.node(copy.find("x")).results[0]).graph() == &copy);
}

TEST_CASE("uses are replaced everywhere, along chains") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2});
  const Value s = graph.state("s", {DType::f32, {2}});
  const Value a = graph.add1(twice, {x}, {}, "a");
  const Value b = graph.add1(twice, {x}, {}, "b");
  const Value c = graph.add1(twice, {x}, {}, "c");
  const Value user = graph.add1(join, {a, b, c}, {}, "user");
  graph.output("y", a);
  graph.update(s, a);
  graph.replace_uses({{a.id(), b.id()}, {b.id(), c.id()}});
  const std::vector<ValueId> all_c(3, c.id());
  CHECK(graph.node(user.producer()).operands == all_c);
  CHECK(graph.outputs()[0].value == c.id());
  CHECK(graph.updates()[0].value == c.id());
  CHECK(graph.updates()[0].variable == s.id());
}

TEST_CASE("erased nodes are gone, their ids are not given again") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2});
  const Value y = graph.add1(twice, {x}, {}, "y");
  graph.erase(y.producer());
  graph.erase(y.producer());
  CHECK_FALSE(graph.alive(y.producer()));
  CHECK(graph.node_count() == 1);
  CHECK_FALSE(graph.find("y"));
  const Value again = graph.add1(twice, {x}, {}, "y");
  CHECK(again.name() == "y");
  CHECK(again.producer() != y.producer());
  CHECK_NOTHROW(verify(graph));
}

TEST_CASE("references to nodes stay good while nodes are added") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2});
  const Node& node = graph.node(x.producer());
  const TensorType& type = graph.type(x.id());
  for (int i = 0; i < 1000; ++i) graph.add1(twice, {x});
  CHECK(&node == &graph.node(x.producer()));
  CHECK(node.name == "x");
  CHECK(type == TensorType{DType::f32, {2}});
}

TEST_CASE("nodes are restored under exactly the name and scope that were written") {
  Graph graph("g");
  const Graph::Scope scope = graph.scope("current");
  const TensorType type{DType::f32, {2}};
  const Value x = graph.restore(leaf::input, {}, {}, "a/x", "elsewhere", std::span(&type, 1)).at(0);
  CHECK(x.name() == "a/x");
  CHECK(graph.node(x.producer()).scope == "elsewhere");
  CHECK(graph.add1(twice, {x}).name() == "current/twice");  // the current scope is as it was
  const TensorType wrong{DType::f32, {3}};
  CHECK_THROWS_WITH_AS(graph.restore(twice, std::span(&x, 1), {}, "y", "", std::span(&wrong, 1)),
                       "twice 'y': result 0 is written as f32[3], but the operands make it f32[2]", Error);
  CHECK_THROWS_WITH_AS(graph.restore(leaf::input, {}, {}, "a/x", "", std::span(&type, 1)),
                       "input 'a/x': the name is in use in graph 'g'", Error);
  CHECK_THROWS_AS(graph.restore(leaf::input, {}, {}, "", "", std::span(&type, 1)), Error);
  CHECK_THROWS_AS(graph.restore(leaf::input, {}, {}, "z", "", {}), Error);
}

TEST_CASE("ops are found by name") {
  CHECK(test_ops().find("twice") == &twice);
  CHECK(test_ops().find("input") == &leaf::input);
  CHECK(test_ops().find("") == nullptr);
  CHECK(&test_ops().get("join") == &join);
  CHECK_THROWS_WITH_AS(test_ops().get("jion"), "there is no op 'jion'", Error);
  CHECK_THROWS_WITH_AS(test_ops().get("joi"), "there is no op 'joi'; did you mean 'join'?", Error);
  CHECK_THROWS_AS(OpTable({&twice, &twice}), InternalError);
}

TEST_CASE("a null value, and one whose graph is gone, say so") {
  CHECK_THROWS_WITH_AS(Value().type(), "a null value is used: it was never made by a graph", Error);
  Value x;
  {
    Graph graph("short");
    x = graph.input("x", DType::f32, {2});
    CHECK(x.shape() == Shape{2});
  }
  constexpr const char* gone = "a value is used whose graph is gone: keep the graph as long as its values";
  CHECK_THROWS_WITH_AS(x.type(), gone, Error);
  Graph later("later");  // has the other one's anchor
  const Value other = later.input("x", DType::f32, {3});
  CHECK_THROWS_WITH_AS(x.type(), gone, Error);
  CHECK_THROWS_WITH_AS(later.output("y", x), gone, Error);
  CHECK_FALSE(x == other);
  later = Graph("third");
  CHECK_THROWS_WITH_AS(other.name(), gone, Error);
}

TEST_CASE("numbers that a type does not have are refused") {
  Graph graph;
  CHECK_THROWS_WITH_AS(
      graph.constant(0.5, DType::i32),
      "the number 0.5 is no i32: write a whole number, or cast the other operand to a floating-point type", Error);
  CHECK_THROWS_WITH_AS(graph.constant(2, DType::boolean), "the number 2 is no bool: write 0 or 1", Error);
  CHECK(graph.constant(-3, DType::i32).dtype() == DType::i32);
  CHECK(graph.constant(1, DType::boolean).dtype() == DType::boolean);
}

TEST_CASE("parameters are listed in the order of their declaration") {
  Graph graph;
  const Value b = graph.parameter("b", {2}, Initializer::zeros());
  graph.input("x", DType::f32, {2});
  graph.state("s", {DType::f32, {2}});
  const Value a = graph.parameter("a", {3}, Initializer::zeros());
  CHECK(graph.parameters() == std::vector{b, a});
}
