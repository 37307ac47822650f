#include "backends/runtime/numerics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "ops/ops.h"

using namespace weft;

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

Execution checked(const Graph& graph, const Backend& backend) {
  Execution execution = compile(graph, backend, without_fusions({}));
  execution.attach(std::make_shared<NumericsCheck>());
  return execution;
}

/// The message of the NumericsError that a checked run throws; "none" when it throws none.
std::string finding(const Graph& graph, const Backend& backend, const TensorMap& inputs) {
  try {
    checked(graph, backend).run(inputs);
  } catch (const NumericsError& error) {
    return error.what();
  }
  return "none";
}

/// tanh(log(x - 2) * 3) in the scope "model": the logarithm of what is below 2 is no number, and all after it.
Graph logarithm_of_difference() {
  Graph graph("planted");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Graph::Scope scope = graph.scope("model");
  const Value shifted = (x - 2.0).named("shifted");
  const Value y = log(shifted).named("y");
  graph.output("z", tanh(y * 3.0));
  return graph;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a range tells what elements are") {
  Tensor tensor = Tensor::of<float>({5}, {1, -2, not_a_number, infinite, -infinite});
  CHECK(range_of(tensor.view()).to_string() == "-2 to 1, 1 NaN and 2 infinities among 5");
  CHECK_FALSE(range_of(tensor.view()).finite());
  tensor = Tensor::of<float>({2}, {not_a_number, not_a_number});
  CHECK(range_of(tensor.view()).to_string() == "nothing finite, 2 NaN among 2");
  tensor = Tensor::of<std::int32_t>({3}, {4, -1, 2});
  CHECK(range_of(tensor.view()).to_string() == "-1 to 4");
  CHECK(range_of(tensor.view()).finite());
}

TEST_CASE("the first node that makes a NaN is named, with its scope, types and operands' ranges") {
  const TensorMap inputs{{"x", Tensor::of<float>({2, 3}, {3, 4, 5, 2.5, -1, 0})}};
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    const std::string text = finding(logarithm_of_difference(), *backend, inputs);
    CAPTURE(text);
    CHECK(has(text, "log 'model/y' is the first node that makes a NaN or an infinity, in the scope 'model'"));
    CHECK(has(text, "result   'model/y' f32[2,3]: -0.693147 to 1.09861, 2 NaN among 6"));
    // The logarithm writes over its operand; its range is that of before.
    CHECK(has(text, "operand  'model/shifted' f32[2,3]: -3 to 3"));
  }
}

TEST_CASE("what is finite passes the check, to the same bits") {
  const TensorMap inputs{{"x", Tensor::of<float>({2, 3}, {3, 4, 5, 2.5, 7, 9})}};
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CHECK(finding(logarithm_of_difference(), *backend, inputs) == "none");
    Execution looked_at = checked(logarithm_of_difference(), *backend);
    Execution plain = compile(logarithm_of_difference(), *backend);
    CHECK(looked_at.run(inputs) == plain.run(inputs));
    CHECK(looked_at.run(inputs) == plain.run(inputs));
  }
}

TEST_CASE("a run after one that failed is checked anew") {
  Execution execution = checked(logarithm_of_difference(), onednn_backend());
  CHECK_THROWS_AS(execution.run({{"x", Tensor({DType::f32, {2, 3}})}}), NumericsError);
  CHECK_NOTHROW(execution.run({{"x", Tensor::full({DType::f32, {2, 3}}, 3.0)}}));
}

TEST_CASE("an infinity that comes in by an input or a variable is told by the operand") {
  Graph graph;
  const Value weight = graph.parameter("weight", {3}, Initializer::constant(1e30));
  graph.output("y", graph.input("x", DType::f32, {3}) * (weight * weight));
  std::string text = finding(graph, onednn_backend(), {{"x", Tensor({DType::f32, {3}})}});
  CAPTURE(text);
  CHECK(has(text, "nothing finite, 3 infinities among 3"));
  CHECK(has(text, "operand  'weight' f32[3], a variable: 1e+30 to 1e+30"));

  Graph spoiled;
  const Value moment = spoiled.parameter("moment", {3}, Initializer::constant(infinite));
  spoiled.update(moment, moment * 0.5);
  CHECK(finding(spoiled, onednn_backend(), {}) ==
        "the parameter 'moment' f32[3] holds a NaN or an infinity before the first node runs: nothing finite, 3 "
        "infinities among 3");

  Graph plain;
  plain.output("y", plain.input("x", DType::f32, {3}) + 1.0);
  text = finding(plain, onednn_backend(), {{"x", Tensor::of<float>({3}, {1, not_a_number, 2})}});
  CHECK(has(text, "operand  'x' f32[3], an input: 1 to 2, 1 NaN among 3"));
}

TEST_CASE("one NaN is found wherever it is, among many elements and few, in f32 and f64") {
  for (const std::int64_t elements : {1, 15, 16, 33, 300'001})
    for (const DType dtype : {DType::f32, DType::f64}) {
      CAPTURE(elements);
      Graph graph;
      graph.output("y", graph.input("x", dtype, {elements}) + 1.0);
      Execution execution = checked(graph, reference_backend());
      for (const std::int64_t at : {std::int64_t{0}, elements / 2, elements - 1}) {
        for (const float bad : {not_a_number, infinite, -infinite}) {
          Tensor x({dtype, {elements}});
          x.set_number(at, bad);
          CHECK_THROWS_AS(execution.run({{"x", x}}), NumericsError);
        }
      }
      CHECK_NOTHROW(execution.run({{"x", Tensor::full({dtype, {elements}}, -3e30)}}));
    }
}
