// What the pipeline makes of the translator's training graph, which is declared one step after another: the number of
// products depends on the number of steps only where a step needs the one before.

#include "passes/pipeline.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "backends/reference/reference_backend.h"
#include "backends/runtime/backend.h"
#include "backends/runtime/pass_context.h"
#include "graph/order.h"
#include "models/nmt/network/model.h"
#include "ops/op_list.h"
#include "ops/splat.h"

using namespace weft;

namespace {

constexpr std::int64_t rows = 8;

struct Steps {
  std::int64_t source;   ///< S below
  std::int64_t decoder;  ///< D below: one less than the target's tokens
};

const Steps lengths[] = {{5, 3}, {9, 3}, {5, 7}, {3, 3}};

Graph optimised(nmt::Variant variant, const Steps& steps) {
  nmt::ModelConfig config;
  config.source_vocabulary = 30;
  config.target_vocabulary = 20;
  config.embedding = 16;
  config.units = 32;
  config.variant = variant;
  Graph graph = nmt::training_graph(config, {},
                                    {.rows = rows, .source_length = steps.source, .target_length = steps.decoder + 1});
  run_passes(graph, compile_pipeline(), pass_context(reference_backend()));
  return graph;
}

std::vector<NodeId> nodes_of(const Graph& graph, std::initializer_list<const Op*> ops) {
  std::vector<NodeId> found;
  for (const NodeId id : topological_order(graph))
    if (std::ranges::find(ops, graph.node(id).op) != ops.end()) found.push_back(id);
  return found;
}

std::int64_t count(const Graph& graph, const Op& op) { return std::ssize(nodes_of(graph, {&op})); }

/// The nodes of that op that read the parameter.
std::vector<NodeId> readers(const Graph& graph, const Op& op, std::string_view parameter) {
  const NodeId producer = graph.find(parameter);
  REQUIRE(producer);
  std::vector<NodeId> found;
  for (const NodeId id : nodes_of(graph, {&op}))
    if (std::ranges::find(graph.node(id).operands, graph.node(producer).results[0]) != graph.node(id).operands.end())
      found.push_back(id);
  return found;
}

std::int64_t row_count(const Graph& graph, NodeId product) {
  const Shape& shape = graph.type(graph.node(product).results[0]).shape;
  return shape.volume() / shape[-1];
}

}  // namespace

TEST_CASE("the products of the masked translator") {
  for (const auto& entry : lengths) {
    const auto& [S, D] = entry;
    CAPTURE(entry.source);
    CAPTURE(entry.decoder);
    const Graph graph = optimised(nmt::Variant::masked, {S, D});
    const std::int64_t forward = (S - 1)  // the encoder's recurrence; the first state is zero
                                 + 1      // the attention keys, once
                                 + D      // the queries: each needs the last state
                                 + D      // the decoder's recurrence
                                 + 1;     // the logits, all steps at once
    CHECK(count(graph, op::dense) == forward);
    const std::int64_t contexts = D            // weights times values: each needs its query
                                  + D;         // into the decoder's cell
    const std::int64_t to_inputs = 1           // logits to states, all steps at once
                                   + D         // the decoder's cell to contexts
                                   + D         // its recurrence, into the encoder's last state
                                   + D         // contexts to weights
                                   + D         // contexts to values
                                   + D         // queries to states
                                   + 1         // keys to values, of the keys' summed gradient
                                   + (S - 1);  // the encoder's recurrence
    const std::int64_t to_weights = 1          // the encoder's recurrent kernel
                                    + 2        // the decoder's: the contexts' part and the recurrent one
                                    + 2        // w1, w2
                                    + 1;       // the output kernel
    CHECK(count(graph, op::matmul) == contexts + to_inputs + to_weights);
    // The tokens' projections and their gradients, of encoder and decoder, all steps at once.
    CHECK(count(graph, op::embedding_dense) == 2);
    CHECK(count(graph, op::embedding_dense_gradient) == 2);
    CHECK(count(graph, op::embedding) == 0);
    CHECK(count(graph, op::embedding_gradient) == 0);
  }
}

TEST_CASE("the products of the tutorial's translator, whose decoder forgets its state at every step") {
  for (const auto& entry : lengths) {
    const auto& [S, D] = entry;
    CAPTURE(entry.source);
    CAPTURE(entry.decoder);
    const Graph graph = optimised(nmt::Variant::tutorial, {S, D});
    // As in the masked one, but without the decoder's recurrence: its products are of zeros.
    CHECK(count(graph, op::dense) == (S - 1) + 1 + D + 1);
    CHECK(count(graph, op::matmul) == 2 * D + (1 + D + D + D + D + 1 + (S - 1)) + (1 + 1 + 2 + 1));
  }
}

TEST_CASE("the attention keys, their gradient and its way back are computed once, over all source steps") {
  for (const nmt::Variant variant : {nmt::Variant::masked, nmt::Variant::tutorial})
    for (const auto& entry : lengths) {
      const auto& [S, D] = entry;
      CAPTURE(entry.source);
      CAPTURE(entry.decoder);
      const Graph graph = optimised(variant, {S, D});
      const std::vector<NodeId> keys = readers(graph, op::dense, "attention/w2");
      REQUIRE(keys.size() == 1);
      CHECK(row_count(graph, keys[0]) == rows * S);
      const std::vector<NodeId> scores = nodes_of(graph, {&op::additive_scores});
      CHECK(std::ssize(scores) == D);
      for (const NodeId id : scores) CHECK(graph.node(id).operands[1] == graph.node(keys[0]).results[0]);
      const std::vector<NodeId> back = readers(graph, op::matmul, "attention/w2");
      REQUIRE(back.size() == 1);
      CHECK(row_count(graph, back[0]) == rows * S);  // not rows * S * D
    }
}

TEST_CASE("products without a recurrence run over the rows of all steps") {
  for (const auto& entry : lengths) {
    const auto& [S, D] = entry;
    CAPTURE(entry.source);
    CAPTURE(entry.decoder);
    const Graph graph = optimised(nmt::Variant::masked, {S, D});
    const auto rows_of_readers = [&](const Op& op, std::string_view parameter) {
      std::vector<std::int64_t> counts;
      for (const NodeId id : readers(graph, op, parameter)) counts.push_back(row_count(graph, id));
      return counts;
    };
    CHECK(rows_of_readers(op::dense, "output/kernel") == std::vector{rows * D});
    CHECK(rows_of_readers(op::matmul, "output/kernel") == std::vector{rows * D});
    const auto ids_of_readers = [&](const Op& op, std::string_view table) {
      std::vector<std::int64_t> counts;
      for (const NodeId id : readers(graph, op, table))
        counts.push_back(graph.type(graph.node(id).operands[1]).shape.volume());
      return counts;
    };
    for (const Op* op : {&op::embedding_dense, &op::embedding_dense_gradient}) {
      CHECK(ids_of_readers(*op, "source_embedding") == std::vector{rows * S});
      CHECK(ids_of_readers(*op, "target_embedding") == std::vector{rows * D});
    }
  }
}

TEST_CASE("no product reads known zeros, and none is computed twice") {
  for (const nmt::Variant variant : {nmt::Variant::masked, nmt::Variant::tutorial}) {
    const Graph graph = optimised(variant, lengths[0]);
    std::set<std::vector<ValueId>> seen;
    for (const NodeId id : nodes_of(graph, {&op::matmul, &op::dense})) {
      const Node& node = graph.node(id);
      CAPTURE(node.name);
      CHECK(splat(graph, node.operands[0]) != 0.0);
      CHECK(splat(graph, node.operands[1]) != 0.0);
      CHECK(seen.insert(node.operands).second);
    }
  }
}

TEST_CASE("the pipeline leaves nothing for a second run of its cleaning passes") {
  for (const nmt::Variant variant : {nmt::Variant::masked, nmt::Variant::tutorial}) {
    Graph graph = optimised(variant, lengths[0]);
    for (const Pass* pass : {&pass::simplify, &pass::cse, &pass::dce}) {
      CAPTURE(pass->name);
      CHECK_FALSE(pass->run(graph, {}));
    }
  }
}

TEST_CASE("leaving passes out: by name, in the same order; not decompose, and no others than there are") {
  const std::vector<std::string> disabled{"cse", "simplify"};
  const std::vector<const Pass*> chosen = compile_pipeline(disabled);
  for (const Pass* pass : chosen) {
    CHECK(pass != &pass::cse);
    CHECK(pass != &pass::simplify);
  }
  CHECK(std::ranges::find(chosen, &pass::decompose) != chosen.end());
  for (const Pass* pass : all_passes()) CHECK(&find_pass(pass->name) == pass);
}
