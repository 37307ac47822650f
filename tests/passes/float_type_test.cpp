#include "passes/float_type.h"

#include <doctest/doctest.h>

#include "graph/base/error.h"
#include "ops/ops.h"

namespace weft {
namespace {

Graph model() {
  Graph graph("model");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2});
  const Graph::Scope scope = graph.scope("layer");
  const Value weight = graph.parameter("weight", {3}, Initializer::uniform(-0.5, 0.5));
  const Value steps = graph.state("steps", {DType::f32, {}}, Initializer::constant(3.0));
  const Value y = (x * weight + 0.5).named("y");
  graph.update(steps, steps + 1.0);
  graph.output("y", y);
  graph.output("ids", ids + ids);
  return graph;
}

}  // namespace

TEST_CASE("the copy has the same nodes under the same names, with its floats in the other type") {
  const Graph from = model();
  const Graph to = with_float_type(from, DType::f64);
  REQUIRE(to.node_count() == from.node_count());
  for (const NodeId id : from.nodes()) {
    const Node& node = from.node(id);
    CAPTURE(node.name);
    const NodeId twin = to.find(node.name);
    REQUIRE(twin);
    CHECK(to.node(twin).op == node.op);
    CHECK(to.node(twin).scope == node.scope);
    const TensorType& type = from.type(node.results[0]);
    CHECK(to.type(to.node(twin).results[0]) ==
          TensorType{type.dtype == DType::f32 ? DType::f64 : type.dtype, type.shape});
    if (node.op != &leaf::constant) CHECK(to.node(twin).attributes == node.attributes);
  }
  CHECK(to.outputs().size() == 2);
  CHECK(to.updates().size() == 1);
}

TEST_CASE("updates can be left out") { CHECK(with_float_type(model(), DType::f64, Updates::drop).updates().empty()); }

TEST_CASE("there and back is the same graph") {
  const Graph from = model();
  const Graph back = with_float_type(with_float_type(from, DType::f64), DType::f32);
  for (const NodeId id : from.nodes())
    CHECK(back.node(back.find(from.node(id).name)).attributes == from.node(id).attributes);
}

TEST_CASE("integers are no floating type") { CHECK_THROWS_AS(with_float_type(model(), DType::i32), Error); }

}  // namespace weft
