// Building, differentiating and compiling take work in proportion to the nodes. Without a clock: a pass that keeps
// something for every node each time that it looks at one, or copies what it found so far, asks for memory out of
// proportion.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <vector>

#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "models/nmt/network/model.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"
#include "tests/allocation/allocation_count.h"

using namespace weft;
using namespace weft::test;

namespace {

constexpr std::int64_t rows = 2;
constexpr std::int64_t units = 2;

void train(Graph& graph, Value loss, const std::vector<Value>& parameters) {
  const std::vector<Value> grads = gradients(loss, parameters);
  graph.output("loss", loss);
  Sgd(graph).update(parameters, grads, 0.01);
}

/// The translator over sentences of that many tokens.
Graph translator(std::int64_t length) {
  nmt::ModelConfig config;
  config.source_vocabulary = 5;
  config.target_vocabulary = 5;
  config.embedding = units;
  config.units = units;
  return nmt::training_graph(config, {}, {.rows = rows, .source_length = length, .target_length = length + 1});
}

/// A GRU over that many steps, whose states are joined and taken apart again for a second one.
Graph stacked_gru(std::int64_t length) {
  Graph graph("stacked_gru");
  std::vector<Value> parameters;
  const auto layer = [&](std::string_view name, Value inputs) {
    const Graph::Scope scope = graph.scope(name);
    const GruWeights weights{graph.parameter("kernel", {units, 3 * units}, Initializer::glorot_uniform()),
                             graph.parameter("recurrent_kernel", {units, 3 * units}, Initializer::orthogonal()),
                             graph.parameter("input_bias", {3 * units}, Initializer::zeros()),
                             graph.parameter("recurrent_bias", {3 * units}, Initializer::zeros())};
    parameters.insert(parameters.end(),
                      {weights.kernel, weights.recurrent_kernel, weights.input_bias, weights.recurrent_bias});
    Value state = broadcast(graph.constant(0.0), {rows, units});
    std::vector<Value> states;
    for (std::int64_t step = 0; step < length; ++step) {
      state = gru_cell(reshape(slice(inputs, 0, step, step + 1), {rows, units}), state, weights);
      states.push_back(state);
    }
    return stack(states, 0);
  };
  const Value inputs = graph.input("inputs", DType::f32, {length, rows, units});
  const Value outputs = layer("second", layer("first", inputs));
  train(graph, reduce_mean(outputs * outputs), parameters);
  return graph;
}

/// That many branches beside each other, each with a weight of its own that it uses twice, far apart.
Graph branches(std::int64_t length) {
  Graph graph("branches");
  const Value x = graph.input("x", DType::f32, {rows, units});
  const Value y = graph.input("y", DType::f32, {rows, units});
  std::vector<Value> kernels;
  std::vector<Value> parts;
  for (std::int64_t branch = 0; branch < length; ++branch) {
    kernels.push_back(graph.parameter(fmt::format("kernel{}", branch), {units, units}, Initializer::glorot_uniform()));
    parts.push_back(tanh(matmul(x, kernels.back())));
  }
  for (std::size_t branch = 0; branch < kernels.size(); ++branch)
    parts[branch] = parts[branch] * matmul(y, kernels[branch]);
  const Value joined = concat(parts, 0);
  train(graph, reduce_mean(joined * joined), kernels);
  return graph;
}

struct Work {
  double nodes = 0;
  double allocations = 0;
  double bytes = 0;
};

/// What declaring, differentiating and compiling a graph of that length asks for.
Work work_of(Graph (*declare)(std::int64_t length), std::int64_t length) {
  const std::size_t allocations = allocation_count();
  const std::size_t bytes = allocated_bytes();
  const Graph graph = declare(length);
  const Execution execution = compile(graph, reference_backend());
  return {static_cast<double>(graph.node_count()), static_cast<double>(allocation_count() - allocations),
          static_cast<double>(allocated_bytes() - bytes)};
}

}  // namespace

TEST_CASE("compiling asks for memory in proportion to the nodes") {
  if (!counts_allocations()) {
    MESSAGE("allocations are not counted in this build");
    return;
  }
  // The tables of a graph grow by doubling, and may have just done so.
  constexpr double slack = 1.4;
  for (Graph (*declare)(std::int64_t) : {translator, stacked_gru, branches}) {
    work_of(declare, 2);  // what is made once
    const Work few = work_of(declare, 60);
    const Work many = work_of(declare, 480);
    const double growth = many.nodes / few.nodes;
    CAPTURE(declare(2).name());
    CAPTURE(few.nodes);
    CAPTURE(many.nodes);
    CHECK(growth > 6);
    CHECK(many.allocations <= slack * growth * few.allocations);
    CHECK(many.bytes <= slack * growth * few.bytes);
  }
}
