// Packed copies of variables follow their variable, and are not mixed up.

#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

constexpr std::int64_t units = 20;

Graph product_graph(std::int64_t rows, bool transpose = false) {
  Graph graph;
  const Value w = graph.parameter("w", {units, units}, Initializer::uniform(-1.0, 1.0));
  graph.output("y", matmul(graph.input("x", DType::f32, {rows, units}), w, false, transpose));
  return graph;
}

Tensor identity(float scale) {
  Tensor tensor(TensorType{DType::f32, {units, units}});
  for (std::int64_t i = 0; i < units; ++i) tensor.set_number(i * units + i, scale);
  return tensor;
}

}  // namespace

TEST_CASE("a variable that is set between runs is packed again, for all that share it") {
  const auto variables = std::make_shared<Variables>();
  const auto bound = [&](const Graph& graph) {
    return Execution(compile(graph, onednn_backend()), {.variables = variables});
  };
  Execution few = bound(product_graph(3));
  Execution many = bound(product_graph(40));
  Execution transposed = bound(product_graph(3, true));
  const Tensor x3 = test::draw("x", {3, units});
  const Tensor x40 = test::draw("x", {40, units});
  for (const float scale : {1.0F, 2.0F, -0.5F}) {
    variables->set("w", identity(scale));
    Tensor expected3 = x3;
    for (float& element : expected3.as<float>()) element *= scale;
    Tensor expected40 = x40;
    for (float& element : expected40.as<float>()) element *= scale;
    for (int run = 0; run < 2; ++run) {
      CHECK(few.run({{"x", x3}}).at("y") == expected3);
      CHECK(many.run({{"x", x40}}).at("y") == expected40);
      CHECK(transposed.run({{"x", x3}}).at("y") == expected3);
    }
  }
}

TEST_CASE("a variable that the graph updates is packed again") {
  Graph graph;
  const Value w = graph.parameter("w", {units, units}, Initializer::zeros());
  graph.output("y", matmul(graph.input("x", DType::f32, {3, units}), w));
  graph.update(w, w + 1.0);
  Execution execution = compile(graph, onednn_backend());
  execution.set("x", Tensor::full({DType::f32, {3, units}}, 1.0));
  for (int run = 0; run < 4; ++run) {
    execution.run();
    CHECK(execution.get("y") == Tensor::full({DType::f32, {3, units}}, run * units));
  }
}

TEST_CASE("models with variables of their own do not share packed copies") {
  Execution a = compile(product_graph(3), onednn_backend());
  Execution b = compile(product_graph(3), onednn_backend());
  const Tensor x = test::draw("x", {3, units});
  a.variables().set("w", identity(1.0F));
  b.variables().set("w", identity(0.0F));
  for (int run = 0; run < 2; ++run) {
    CHECK(a.run({{"x", x}}).at("y") == x);
    CHECK(test::distance(b.run({{"x", x}}).at("y"), Tensor({DType::f32, {3, units}})) == 0.0);
  }
}

TEST_CASE("constants of one shape are not mixed up") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {3, units});
  graph.output("once", matmul(x, graph.constant(identity(1.0F))));
  graph.output("thrice", matmul(x, graph.constant(identity(3.0F))));
  Execution execution = compile(graph, onednn_backend());
  const Tensor ones = Tensor::full({DType::f32, {3, units}}, 1.0);
  for (int run = 0; run < 2; ++run) {
    const TensorMap results = execution.run({{"x", ones}});
    CHECK(results.at("once") == ones);
    CHECK(results.at("thrice") == Tensor::full({DType::f32, {3, units}}, 3.0));
  }
}

}  // namespace weft
