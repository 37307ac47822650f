#include "graph/cost.h"

#include <doctest/doctest.h>

#include "tests/graph/test_ops.h"

using namespace weft;
using namespace weft::test;

namespace {

std::vector<TensorType> infer(std::span<const TensorType> operands, const Attributes&) { return {operands[0]}; }

double flops(std::span<const TensorType> operands, std::span<const TensorType> results, const Attributes& attributes) {
  return static_cast<double>(attributes.get<std::int64_t>("factor") * operands[0].shape.volume() +
                             results[0].shape.volume());
}

double bytes(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes& attributes) {
  return static_cast<double>(attributes.get<std::int64_t>("factor") * operands[0].shape.volume());
}

/// An op that says what it costs.
const Op counting{.name = "counted",
                  .family = "test",
                  .summary = "a stand-in",
                  .operands = {"x"},
                  .results = {"y"},
                  .infer = infer,
                  .no_gradient = "a stand-in",
                  .flops = flops,
                  .bytes = bytes};

const Node& producer(const Graph& graph, Value value) { return graph.node(value.producer()); }

}  // namespace

TEST_CASE("leaves cost nothing") {
  Graph graph("g");
  for (const Value leaf : {graph.input("x", DType::f32, {2, 3}), graph.constant(1.0),
                           graph.parameter("w", {2, 3}, Initializer::zeros())}) {
    CHECK(flops_of(graph, producer(graph, leaf)) == 0.0);
    CHECK(bytes_of(graph, producer(graph, leaf)) == 0.0);
  }
}

TEST_CASE("a node moves its operands and results, unless its op says otherwise") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.add(parted, std::vector{x}).at(1);
  CHECK(bytes_of(graph, producer(graph, ids)) == 3 * 6 * 4.0);  // x, f32 and i32
  CHECK(flops_of(graph, producer(graph, ids)) == 0.0);

  const Value y = graph.add1(counting, {x}, {{"factor", std::int64_t{5}}}, "y");
  CHECK(flops_of(graph, producer(graph, y)) == 5 * 6.0 + 6.0);
  CHECK(bytes_of(graph, producer(graph, y)) == 5 * 6.0);
}

TEST_CASE("the types of values are in the values' order") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {4});
  CHECK(types_of(graph, {ids.id(), x.id()}) == std::vector<TensorType>{{DType::i32, {4}}, {DType::f32, {2, 3}}});
}
