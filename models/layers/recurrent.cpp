#include <vector>

#include "graph/base/error.h"
#include "models/layers/layers.h"
#include "ops/ops.h"

namespace weft::layers {
namespace {

/// x [batch, time, in] as `time` values [batch, in].
std::vector<Value> steps_of(Value x) {
  std::vector<Value> steps;
  for (std::int64_t t = 0; t < x.shape()[1]; ++t)
    steps.push_back(reshape(slice(x, 1, t, t + 1), {x.shape()[0], x.shape()[2]}));
  return steps;
}

Value zeros(Value x, std::int64_t units) {
  return broadcast(x.graph().constant(0.0, x.dtype()), {x.shape()[0], units});
}

void require_sequence(Value x, std::string_view layer, std::string_view name) {
  require(x.shape().rank() == 3, "{} '{}': x is {}: [batch, time, in] is needed", layer, name, x.type());
}

}  // namespace

// The products of all steps with the input become one product when the graph is compiled (batch-over-time).
Value gru(Value x, std::int64_t units, std::string_view name, SourceLine where) {
  require_sequence(x, "gru", name);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const auto bias = [&](std::string_view of) {
    return graph.parameter(of, {3 * units}, Initializer::zeros(), x.dtype(), where);
  };
  const GruWeights weights{
      graph.parameter("kernel", {x.shape()[2], 3 * units}, Initializer::glorot_uniform(), x.dtype(), where),
      graph.parameter("recurrent_kernel", {units, 3 * units}, Initializer::orthogonal(), x.dtype(), where),
      bias("input_bias"), bias("recurrent_bias")};
  Value h = zeros(x, units);
  std::vector<Value> outputs;
  for (const Value step : steps_of(x)) outputs.push_back(h = gru_cell(step, h, weights));
  return stack(outputs, 1);
}

Value lstm(Value x, std::int64_t units, std::string_view name, SourceLine where) {
  require_sequence(x, "lstm", name);
  Graph& graph = x.graph();
  const Graph::Scope scope = graph.scope(name, where);
  const LstmWeights weights{
      graph.parameter("kernel", {x.shape()[2], 4 * units}, Initializer::glorot_uniform(), x.dtype(), where),
      graph.parameter("recurrent_kernel", {units, 4 * units}, Initializer::orthogonal(), x.dtype(), where),
      graph.parameter("bias", {4 * units}, Initializer::unit_forget_bias(), x.dtype(), where)};
  LstmState state{zeros(x, units), zeros(x, units)};
  std::vector<Value> outputs;
  for (const Value step : steps_of(x)) {
    state = lstm_cell(step, state, weights);
    outputs.push_back(state.h);
  }
  return stack(outputs, 1);
}

}  // namespace weft::layers
