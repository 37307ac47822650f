// What may be written in place, for every op that says so: with each pair of its operands being one value, and with
// each choice of variables that its results update, the planner and its check agree, and what is computed is what the
// interpreter computes, which gives every value memory of its own.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "backends/check/interpreter.h"
#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "backends/runtime/variables.h"
#include "graph/io/text.h"
#include "ops/case_graph.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pipeline.h"
#include "tests/graphs/small_models.h"

using namespace weft;
using namespace weft::test;

namespace {

enum class Kind { variables, computed };

/// The op of a case and what it is given.
struct Applied {
  Graph graph;
  Node node;
  std::vector<TensorType> operands;
  std::vector<TensorType> results;
};

Applied first_case(const Op& op) {
  Applied applied{.graph = case_graph(op, op.cases.front()), .node = {}, .operands = {}, .results = {}};
  for (const NodeId id : applied.graph.nodes())
    if (applied.graph.node(id).op == &op) applied.node = applied.graph.node(id);
  for (const ValueId operand : applied.node.operands) applied.operands.push_back(applied.graph.type(operand));
  for (const ValueId result : applied.node.results) applied.results.push_back(applied.graph.type(result));
  return applied;
}

/// The op with its operand `second` replaced by operand `first`: on variables that the results update, result r
/// variable `updated[r]` (a negative one none), or on values that are computed, and dead afterwards.
Graph with_one_value_twice(const Applied& applied, std::size_t first, std::size_t second, Kind kind,
                           const std::vector<int>& updated) {
  Graph graph(applied.graph.name());
  std::vector<Value> variables;
  std::vector<Value> operands;
  for (std::size_t i = 0; i < applied.operands.size(); ++i) {
    const TensorType& type = applied.operands[i];
    variables.push_back(graph.state(fmt::format("operand{}", i), type, Initializer::constant(i % 2 == 0 ? 1.0 : 2.0)));
    operands.push_back(kind == Kind::computed && type.dtype != DType::boolean
                           ? variables[i] + graph.input(fmt::format("added{}", i), type.dtype, type.shape)
                           : variables[i]);
  }
  operands[second] = operands[first];
  const std::vector<Value> results = graph.add(*applied.node.op, operands, applied.node.attributes);
  for (std::size_t r = 0; r < results.size(); ++r) {
    graph.output(fmt::format("result{}", r), results[r]);
    if (updated[r] >= 0) graph.update(variables[static_cast<std::size_t>(updated[r])], results[r]);
  }
  return graph;
}

CompileOptions as_written() {
  CompileOptions options;
  for (const Pass* pass : all_passes())
    if (can_be_left_out(*pass)) options.disabled_passes.emplace_back(pass->name);
  options.check_memory_plan = true;
  return options;
}

void check_against_interpreter(const Graph& graph, const Backend& backend) {
  Execution execution = compile(graph, backend, as_written());
  TensorMap variables = execution.variables().snapshot();
  TensorMap inputs;
  for (const NodeId id : graph.leaves(leaf::input))
    inputs.emplace(graph.node(id).name, Tensor(graph.type(graph.node(id).results[0])));
  for (int run = 0; run < 2; ++run) {
    const TensorMap expected = interpret(graph, backend, inputs, variables);
    CHECK(same_bits(expected, execution.run(inputs)));
    CHECK(same_bits(variables, execution.variables().snapshot()));
  }
}

/// Every way to let results update variables of their type, no variable twice.
std::vector<std::vector<int>> ways_to_update(const Applied& applied) {
  std::vector<std::vector<int>> ways{{}};
  for (const TensorType& result : applied.results) {
    std::vector<std::vector<int>> longer;
    for (const std::vector<int>& way : ways)
      for (int i = -1; i < static_cast<int>(applied.operands.size()); ++i) {
        const bool fits =
            i < 0 || (applied.operands[static_cast<std::size_t>(i)] == result && std::ranges::count(way, i) == 0);
        if (!fits) continue;
        longer.push_back(way);
        longer.back().push_back(i);
      }
    ways = std::move(longer);
  }
  return ways;
}

}  // namespace

TEST_CASE("ops that may write in place compute the same when one value is two of their operands") {
  int graphs = 0;
  for (const Op* op : all_ops().ops()) {
    if (!op->elementwise && op->in_place.empty()) continue;
    const Applied applied = first_case(*op);
    const std::size_t count = applied.operands.size();
    for (std::size_t first = 0; first < count; ++first)
      for (std::size_t second = 0; second < count; ++second) {
        if (applied.operands[first] != applied.operands[second]) continue;  // first == second: all operands differ
        for (const std::vector<int>& updated : ways_to_update(applied))
          for (const Kind kind : {Kind::variables, Kind::computed}) {
            const Graph graph = with_one_value_twice(applied, first, second, kind, updated);
            CAPTURE(to_text(graph));
            check_against_interpreter(graph, reference_backend());
            check_against_interpreter(graph, onednn_backend());
            ++graphs;
          }
      }
  }
  CHECK(graphs > 200);
}

TEST_CASE("an update whose parameter is its gradient as well is copied, its velocity is in place") {
  Graph graph;
  const Value w = graph.state("w", {DType::f32, {3, 5}}, Initializer::constant(2.0));
  const Value v = graph.state("v", {DType::f32, {3, 5}}, Initializer::constant(1.0));
  const std::vector<Value> next =
      graph.add(op::sgd, std::vector<Value>{w, w, v, graph.constant(0.5)}, {{"momentum", 0.5}});
  graph.update(w, next[0]);
  graph.update(v, next[1]);
  CompileOptions options = as_written();
  options.on_memory_plan = [](BufferPlan& plan) { CHECK(plan.updated_in_place == std::vector<bool>{false, true}); };
  Execution execution = compile(graph, reference_backend(), options);
  execution.run();
  CHECK(execution.variables().get("v").number(14) == 2.5);   // 0.5 * 1 + 2
  CHECK(execution.variables().get("w").number(14) == 0.75);  // 2 - 0.5 * 2.5
}
