#pragma once

// What the tests of ops share.

#include <string>

#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "graph/base/random.h"
#include "ops/ops.h"
#include "tests/message_of.h"

namespace weft::test {

/// The first line of the message of the Error that `action` throws.
template <typename Action>
std::string error_of(Action&& action) {
  const std::string whole = message_of(action);
  return whole.substr(0, whole.find('\n'));
}

/// A constant of float64: `content` in that shape, or as a vector.
inline Value numbers(Graph& graph, const Shape& shape, const std::vector<double>& content) {
  return graph.constant(Tensor::of(shape, content));
}
inline Value numbers(Graph& graph, const std::vector<double>& content) {
  return numbers(graph, Shape{std::ssize(content)}, content);
}

/// The graph's outputs for these inputs.
inline TensorMap run(const Graph& graph, const TensorMap& inputs, const Backend& backend = reference_backend()) {
  return Execution(compile(graph, backend)).run(inputs);
}

/// One value for these inputs, by the reference backend.
inline Tensor evaluate(Value value, const TensorMap& inputs = {}) {
  Graph graph = value.graph().clone();
  graph.output("evaluated", graph.value(value.id()));
  return run(graph, inputs).at("evaluated");
}

/// The elements of what a value is.
inline std::vector<double> elements(Value value) {
  const Tensor tensor = evaluate(value);
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) numbers.push_back(tensor.number(i));
  return numbers;
}

/// The same numbers for every backend and type: floating-point inputs drawn from [low, high).
inline TensorMap draw_inputs(const Graph& graph, double low, double high) {
  TensorMap inputs;
  for (const NodeId id : graph.leaves(leaf::input)) {
    const Node& node = graph.node(id);
    Tensor tensor(graph.type(node.results[0]));
    for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) {
      const double number = CounterRandom(7, node.name).uniform(static_cast<std::uint64_t>(i), low, high);
      tensor.set_number(i, static_cast<float>(number));
    }
    inputs.emplace(node.name, tensor);
  }
  return inputs;
}

}  // namespace weft::test
