#include <doctest/doctest.h>

#include <cmath>

#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;

/// Gates of one row, as a constant.
Value row(Graph& graph, const std::vector<double>& numbers) {
  return graph.constant(Tensor::of(Shape{1, std::ssize(numbers)}, numbers));
}

}  // namespace

TEST_CASE("the gates of a GRU lie in the order z, r, h") {
  Graph graph;
  const Value h = row(graph, {0.25});
  const Value none = row(graph, {0, 0, 0});
  // An open update gate keeps the state; a closed one replaces it by the candidate.
  CHECK(evaluate(gru_gates(row(graph, {1000, 0, 3}), none, h)).number(0) == 0.25);
  CHECK(evaluate(gru_gates(row(graph, {-1000, 0, 3}), none, h)).number(0) == std::tanh(3.0));
  // The reset gate scales the state's part of the candidate alone.
  CHECK(evaluate(gru_gates(row(graph, {-1000, -1000, 3}), row(graph, {0, 0, 9}), h)).number(0) == std::tanh(3.0));
  CHECK(evaluate(gru_gates(row(graph, {-1000, 1000, 3}), row(graph, {0, 0, -2}), h)).number(0) == std::tanh(1.0));
}

TEST_CASE("the gates of an LSTM lie in the order i, f, g, o") {
  Graph graph;
  const Value c = row(graph, {0.25});
  const auto state = [&](const std::vector<double>& gates) {
    const LstmState next = lstm_gates(row(graph, gates), c);
    return std::pair{evaluate(next.h).number(0), evaluate(next.c).number(0)};
  };
  CHECK(state({-1000, 1000, 3, 1000}) == std::pair{std::tanh(0.25), 0.25});
  CHECK(state({1000, -1000, 3, 1000}) == std::pair{std::tanh(std::tanh(3.0)), std::tanh(3.0)});
  CHECK(state({1000, -1000, 3, -1000}) == std::pair{0.0, std::tanh(3.0)});
}

TEST_CASE("an LSTM of whose results one alone is used has a gradient") {
  Graph graph;
  const Value gates = graph.input("gates", DType::f64, {1, 4});
  const LstmState next = lstm_gates(gates, row(graph, {0.5}));
  const Value grad = gradients(reduce_sum(next.c), std::vector<Value>{gates})[0];
  const Tensor at_zero = evaluate(grad, {{"gates", Tensor({DType::f64, Shape{1, 4}})}});
  CHECK(at_zero == Tensor::of<double>({1, 4}, {0, 0.125, 0.5, 0}));
}

TEST_CASE("mismatches of cells name what they need") {
  Graph graph;
  const auto input = [&](std::string_view name, const Shape& shape) { return graph.input(name, DType::f32, shape); };
  const Value x = input("x", {2, 3});
  const Value h = input("h", {2, 4});
  const GruWeights weights{input("kernel", {3, 12}), input("recurrent_kernel", {4, 12}), input("input_bias", {12}),
                           input("recurrent_bias", {11})};
  CHECK(error_of([&] { gru_cell(x, h, weights); }) ==
        "gru_cell 'gru_cell': for x f32[2,3] and h f32[2,4] the recurrent bias must be [12], not [11]");
  CHECK(error_of([&] { lstm_gates(weights.kernel, h); }) ==
        "lstm_gates 'lstm_gates': gates [batch, 4 * units] and states [batch, units] are needed: gates f32[3,12], "
        "state f32[2,4]");
}

}  // namespace weft
