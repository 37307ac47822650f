#include "backends/check/reduce_graph.h"

#include <doctest/doctest.h>

#include "backends/check/subgraph.h"
#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/numerics.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "tests/graphs/small_models.h"

using namespace weft;
using namespace weft::test;

namespace {

std::size_t computing_nodes(const Graph& graph) {
  std::size_t count = 0;
  for (const NodeId id : graph.nodes()) count += is_leaf(*graph.node(id).op) ? 0 : 1;
  return count;
}

bool has_op(const Graph& graph, const Op& op) {
  return std::ranges::any_of(graph.nodes(), [&](NodeId id) { return graph.node(id).op == &op; });
}

/// Whether the graph makes a NaN of inputs between -2 and 2.
bool makes_nan(const Graph& graph) {
  try {
    Execution execution = compile(graph, reference_backend());
    execution.attach(std::make_shared<NumericsCheck>());
    execution.run(fuzz::random_inputs(graph, 1));
  } catch (const NumericsError&) {
    return true;
  } catch (const Error&) {
  }
  return false;
}

}  // namespace

TEST_CASE("a training step shrinks to the one node that is looked for, and its extents to 1") {
  const Graph graph = small_model("masked-training");
  const auto interesting = [](const Graph& candidate) { return has_op(candidate, op::masked_cross_entropy_gradient); };
  std::size_t last = computing_nodes(graph);
  const Graph smallest = reduce_graph(graph, interesting, [&](const Graph& smaller, std::string_view) {
    CHECK(computing_nodes(smaller) <= last);
    last = computing_nodes(smaller);
  });
  CHECK(interesting(smallest));
  CHECK(computing_nodes(smallest) == 1);
  CHECK(smallest.leaves(leaf::input).empty());  // they have become constants
  for (const NodeId id : smallest.nodes())
    for (const ValueId value : smallest.node(id).results) CHECK(smallest.type(value).shape.volume() == 1);
}

TEST_CASE("reducing is deterministic, and what it gives can be written and read") {
  const auto interesting = [](const Graph& candidate) {
    return has_op(candidate, op::gru_cell) && has_op(candidate, op::adam);
  };
  const auto reduced = [&] { return to_text(reduce_graph(small_model("masked-training"), interesting)); };
  const std::string text = reduced();
  CHECK(text == reduced());
  CHECK(to_text(parse_text(text, all_ops())) == text);
}

TEST_CASE("a planted NaN is reduced to the node that makes it") {
  Graph graph("planted");
  const Value x = graph.input("x", DType::f32, {6, 8});
  Value y = x;
  for (int i = 0; i < 10; ++i) y = tanh(matmul(y, graph.parameter(fmt::format("w{}", i), {8, 8}, Initializer::ones())));
  const Value bad = log(y - 2.0).named("bad");
  graph.output("z", reduce_sum(sigmoid(bad) + y));
  graph.output("other", exp(x));
  REQUIRE(makes_nan(graph));
  const Graph smallest = reduce_graph(graph, makes_nan);
  CHECK(computing_nodes(smallest) == 1);
  CHECK(smallest.find("bad"));
  CHECK(makes_nan(smallest));
}

TEST_CASE("what nothing can be taken from stays as it is") {
  Graph graph("least");
  graph.output("y", tanh(graph.input("x", DType::f32, {1})));
  const std::string text = to_text(graph);
  const Graph same = reduce_graph(graph, [&](const Graph& candidate) { return to_text(candidate) == text; });
  CHECK(to_text(same) == text);
}

TEST_CASE("a part of a graph computes what the whole computes") {
  for (const auto& entry : small_models()) {
    const auto& [name, graph] = entry;
    CAPTURE(entry.first);
    const Graph copy = extract(graph, whole(graph));
    Execution one = compile(graph, onednn_backend());
    Execution other = compile(copy, onednn_backend());
    // Inputs that nobody reads are not in the copy, nor are such variables.
    for (std::uint64_t seed = 0; seed < 2; ++seed)
      CHECK(same_bits(one.run(small_model_inputs(graph, seed)), other.run(small_model_inputs(copy, seed))));
    for (const auto& [name, tensor] : other.variables().snapshot()) CHECK(one.variables().get(name) == tensor);
  }
}
