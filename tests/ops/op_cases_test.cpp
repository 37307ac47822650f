// Every case of every op: gradients, both backends, and the decomposition.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "backends/check/gradient_check.h"
#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "ops/case_graph.h"
#include "passes/autodiff/autodiff.h"
#include "passes/float_type.h"
#include "tests/ops/composite_formulas.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

template <typename Visit>
void for_each_case(Visit&& visit) {
  for (const Op* op : all_ops().ops())
    for (const OpCase& op_case : op->cases) {
      CAPTURE(op->name);
      CAPTURE(op_case.name);
      visit(*op, op_case);
    }
}

bool is_differentiable(const Op& op) { return op.no_gradient.empty(); }

/// The largest difference of two tensors, relative to the largest element; infinite when integers differ at all, or
/// where only one of two elements is finite.
double distance(const Tensor& actual, const Tensor& expected) {
  if (actual.shape() != expected.shape()) return INFINITY;
  double difference = 0.0;
  double scale = 0.0;
  for (std::int64_t i = 0; i < actual.shape().volume(); ++i) {
    const double a = actual.number(i);
    const double b = expected.number(i);
    if (a == b) continue;
    if (!std::isfinite(a - b) || !is_float(expected.dtype())) return INFINITY;
    difference = std::max(difference, std::abs(a - b));
  }
  for (std::int64_t i = 0; i < expected.shape().volume(); ++i) scale = std::max(scale, std::abs(expected.number(i)));
  return difference == 0.0 ? 0.0 : difference / scale;
}

TensorMap in_f64(const TensorMap& tensors) {
  TensorMap converted;
  for (const auto& [name, tensor] : tensors)
    converted.emplace(name, is_float(tensor.dtype()) ? tensor.converted_to(DType::f64) : tensor);
  return converted;
}

void check_same(const TensorMap& actual, const TensorMap& expected, double tolerance) {
  REQUIRE(actual.size() == expected.size());
  for (const auto& entry : expected) {
    const auto& [name, tensor] = entry;
    CAPTURE(entry.first);
    CHECK(distance(actual.at(name), tensor) <= tolerance);
  }
}

/// Factors that are rounded to bf16 are off by 2^-9 at most, and sums of their products, which partly cancel, by more.
double tolerance_of(const Graph& graph) {
  const bool has_bf16 = std::ranges::any_of(
      graph.nodes(), [&](NodeId id) { return graph.type(graph.node(id).results[0]).dtype == DType::bf16; });
  return has_bf16 ? 0x1p-7 : 1e-4;
}

void check_against_f64(const Backend& backend) {
  for_each_case([&](const Op& op, const OpCase& op_case) {
    const Graph graph = case_graph(op, op_case);
    const TensorMap inputs = test::draw_inputs(graph, op_case.low, op_case.high);
    const TensorMap expected = test::run(with_float_type(graph, DType::f64), in_f64(inputs));
    check_same(test::run(graph, inputs, backend), expected, tolerance_of(graph));
  });
}

void check_passed(const std::vector<GradientCheck>& checks) {
  CHECK_FALSE(checks.empty());
  for (const GradientCheck& check : checks) {
    CAPTURE(check.input);
    CAPTURE(check.worst_error);
    CAPTURE(check.largest_gradient);
    CHECK(check.passed);
  }
}

}  // namespace

TEST_CASE("gradients agree with central differences") {
  for_each_case([](const Op& op, const OpCase& op_case) {
    if (!is_differentiable(op)) return;
    check_passed(check_gradients(case_graph(op, op_case), {.low = op_case.low, .high = op_case.high}));
  });
}

TEST_CASE("the reference backend in f32 agrees with itself in f64") { check_against_f64(reference_backend()); }

TEST_CASE("the oneDNN backend agrees with the reference backend in f64") { check_against_f64(onednn_backend()); }

// Of an op that the reference backend runs whole, its kernel is held against the parts; of another one, which would run
// as those parts on either side, a formula.
TEST_CASE("an op equals its decomposition") {
  for_each_case([](const Op& op, const OpCase& op_case) {
    if (op.decompose == nullptr) return;
    Graph graph = with_float_type(case_graph(op, op_case), DType::f64);
    for (const NodeId id : graph.nodes()) {
      if (graph.node(id).op != &op) continue;
      const Node node = graph.node(id);
      std::vector<Value> operands;
      for (const ValueId operand : node.operands) {
        operands.push_back(graph.value(operand));
        graph.output(fmt::format("operand {}", operands.size() - 1), operands.back());
      }
      const std::vector<Value> parts = op.decompose(operands, node.attributes);
      REQUIRE(parts.size() == node.results.size());
      for (std::size_t i = 0; i < parts.size(); ++i) {
        CHECK(parts[i].type() == graph.type(node.results[i]));
        graph.output(fmt::format("whole {}", i), graph.value(node.results[i]));
        graph.output(fmt::format("in parts {}", i), parts[i]);
      }
      const TensorMap outputs = test::run(graph, in_f64(test::draw_inputs(graph, op_case.low, op_case.high)));
      std::vector<Tensor> whole;
      if (reference_backend().runs_whole(op)) {
        for (std::size_t i = 0; i < parts.size(); ++i) whole.push_back(outputs.at(fmt::format("whole {}", i)));
      } else {
        std::vector<Tensor> given;
        for (std::size_t i = 0; i < operands.size(); ++i) given.push_back(outputs.at(fmt::format("operand {}", i)));
        std::vector<TensorType> types;
        for (const ValueId result : node.results) types.push_back(graph.type(result));
        whole = test::composite_formula(node, given, types);
      }
      for (std::size_t i = 0; i < parts.size(); ++i)
        CHECK(distance(outputs.at(fmt::format("in parts {}", i)), whole[i]) <= 1e-12);
      return;
    }
    FAIL("the case has no node of the op");
  });
}

}  // namespace weft
