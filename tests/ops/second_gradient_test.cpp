// Gradients are graphs of ops, so they can be differentiated again: for each op, the gradient of
// sum(weights * y^2) / 2 as a graph of its own, whose gradient is compared with central differences. The square keeps
// the second gradient of linear ops from being 0.

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "backends/check/gradient_check.h"
#include "ops/case_graph.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

/// These are differentiated by a fused op that has no gradient itself.
const std::set<std::string_view> once_only{"gru_gates",       "gru_cell",           "lstm_gates",           "lstm_cell",
                                           "additive_scores", "additive_attention", "masked_cross_entropy", "ctc_loss"};

Tensor weights_like(const TensorType& type) {
  Tensor weights(type);
  for (std::int64_t i = 0; i < type.shape.volume(); ++i)
    weights.set_number(i, CounterRandom(3, "weights").uniform(static_cast<std::uint64_t>(i), 0.5, 1.5));
  return weights;
}

Graph gradient_graph(const Op& op, const OpCase& op_case) {
  Graph graph;
  std::vector<Value> results;
  std::vector<Value> cotangents;
  for (const Value& result : op_case.build(graph)) {
    if (!is_float(result.dtype())) continue;
    results.push_back(result);
    cotangents.push_back(result * result * graph.constant(weights_like(result.type())));
  }
  std::vector<Value> inputs;
  for (const NodeId id : graph.leaves(leaf::input)) inputs.push_back(graph.value(graph.node(id).results[0]));
  const std::vector<Value> gradients = vector_jacobian(results, cotangents, inputs);
  for (std::size_t i = 0; i < gradients.size(); ++i) graph.output(fmt::format("{} {}", op.name, i), gradients[i]);
  return graph;
}

}  // namespace

TEST_CASE("gradients of gradients agree with central differences") {
  for (const Op* op : all_ops().ops()) {
    if (!op->no_gradient.empty() || once_only.contains(op->name)) continue;
    for (const OpCase& op_case : op->cases) {
      CAPTURE(op->name);
      CAPTURE(op_case.name);
      const Graph graph = gradient_graph(*op, op_case);
      for (const GradientCheck& check : check_gradients(graph, {.low = op_case.low, .high = op_case.high})) {
        CAPTURE(check.input);
        CAPTURE(check.worst_error);
        CAPTURE(check.largest_gradient);
        CHECK(check.passed);
      }
    }
  }
}

TEST_CASE("an op that can be differentiated once only says so") {
  for (const std::string_view name : once_only) {
    const Op* op = all_ops().find(name);
    REQUIRE(op != nullptr);
    CAPTURE(name);
    CHECK(test::error_of([&] {
            check_gradients(gradient_graph(*op, op->cases.at(0)));
          }).starts_with("cannot differentiate through "));
  }
}

}  // namespace weft
