// Every op of the list is whole: what a new op lacks is named here.

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "backends/reference/reference_backend.h"
#include "backends/runtime/backend.h"
#include "graph/leaf.h"
#include "ops/case_graph.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<const Op*> computing_ops() {
  std::vector<const Op*> ops;
  for (const Op* op : all_ops().ops())
    if (!is_leaf(*op)) ops.push_back(op);
  return ops;
}

/// The nodes of that op in its case.
std::vector<Node> nodes_of(const Op& op, const Graph& graph) {
  std::vector<Node> nodes;
  for (const NodeId id : graph.nodes())
    if (graph.node(id).op == &op) nodes.push_back(graph.node(id));
  return nodes;
}

std::vector<TensorType> types(const Graph& graph, const std::vector<ValueId>& values) {
  std::vector<TensorType> types;
  for (const ValueId value : values) types.push_back(graph.type(value));
  return types;
}

bool documents(const Op& op, const std::string& attribute) {
  return std::ranges::any_of(op.attributes, [&](std::string_view text) { return text.starts_with(attribute + ": "); });
}

bool accepts_operands(const Op& op, std::size_t count) {
  const bool repeats = !op.operands.empty() && op.operands.back().ends_with("...");
  return repeats ? count + 1 >= op.operands.size() : count == op.operands.size();
}

}  // namespace

TEST_CASE("every op has what the framework asks of an op") {
  for (const Op* op : computing_ops()) {
    CAPTURE(op->name);
    CHECK_FALSE(op->summary.empty());
    CHECK_FALSE(op->family.empty());
    CHECK_FALSE(op->operands.empty());
    CHECK_FALSE(op->results.empty());
    CHECK((op->infer != nullptr));
    CHECK_MESSAGE((op->gradient != nullptr || op->decompose != nullptr || !op->no_gradient.empty()),
                  "a gradient, a decomposition or the reason why there is no gradient is needed");
    CHECK_MESSAGE(!(op->gradient != nullptr && !op->no_gradient.empty()),
                  "it has a gradient and a reason why it has none");
    CHECK_MESSAGE((op->decompose != nullptr || reference_backend().runs_whole(*op)),
                  "a reference kernel or a decomposition is needed");
    CHECK_MESSAGE((op->flops != nullptr), "a cost is needed; no_flops says that there is none");
    CHECK_MESSAGE(!op->cases.empty(), "at least one case is needed");
  }
}

TEST_CASE("the cases of an op apply it, under names of their own") {
  for (const Op* op : computing_ops()) {
    std::set<std::string_view> names;
    for (const OpCase& op_case : op->cases) {
      CAPTURE(op->name);
      CAPTURE(op_case.name);
      CHECK(names.insert(op_case.name).second);
      REQUIRE((op_case.build != nullptr));
      CHECK(op_case.low < op_case.high);
      CHECK_FALSE(nodes_of(*op, case_graph(*op, op_case)).empty());
    }
  }
}

TEST_CASE("an op documents its operands, results and attributes") {
  for (const Op* op : computing_ops())
    for (const OpCase& op_case : op->cases)
      for (const Node& node : nodes_of(*op, case_graph(*op, op_case))) {
        CAPTURE(op->name);
        CAPTURE(op_case.name);
        CHECK(accepts_operands(*op, node.operands.size()));
        if (!op->results.back().ends_with("...")) CHECK(node.results.size() == op->results.size());
        for (const auto& entry : node.attributes) {
          const auto& [attribute, content] = entry;
          CAPTURE(entry.first);
          CHECK(documents(*op, attribute));
        }
      }
}

TEST_CASE("the cost of an op is a number of operations, and 0 only where elements are moved or chosen") {
  const std::set<std::string_view> free{"select", "stop_gradient", "concat",    "slice",     "pad",
                                        "stack",  "reshape",       "transpose", "broadcast", "embedding",
                                        "flip",   "gather",        "shard",     "all_gather"};
  for (const Op* op : computing_ops())
    for (const OpCase& op_case : op->cases) {
      const Graph graph = case_graph(*op, op_case);
      for (const Node& node : nodes_of(*op, graph)) {
        CAPTURE(op->name);
        const double flops = op->flops(types(graph, node.operands), types(graph, node.results), node.attributes);
        CHECK((flops == 0.0) == free.contains(op->name));
        CHECK(flops >= 0.0);
      }
    }
}

TEST_CASE("an op without operands is refused, not crashed on") {
  for (const Op* op : computing_ops()) {
    CAPTURE(op->name);
    Graph graph;
    CHECK_THROWS_AS(graph.add(*op, {}), Error);
    const std::vector<Value> too_many(20, graph.input("x", DType::f32, {1}));
    if (!op->operands.back().ends_with("...")) CHECK_THROWS_AS(graph.add(*op, too_many), Error);
  }
}

}  // namespace weft
