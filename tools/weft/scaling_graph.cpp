#include "tools/weft/scaling_graph.h"

#include <algorithm>

#include "graph/base/error.h"
#include "models/nmt/network/model.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"

namespace weft::tool {
namespace {

constexpr std::int64_t rows = 2;
constexpr std::int64_t units = 4;

Value mean_square(Value x) { return reduce_mean(x * x); }

/// The translator with sentences of that many tokens.
ForwardGraph translator(std::int64_t length) {
  nmt::ModelConfig config;
  config.source_vocabulary = 8;
  config.target_vocabulary = 8;
  config.embedding = units;
  config.units = units;
  Graph graph("translator");
  const nmt::Parameters parameters = nmt::declare_parameters(graph, config);
  const nmt::Forward forward = nmt::declare_forward(graph, parameters, config, {rows, length, length + 1});
  const Value loss = masked_cross_entropy(forward.logits, forward.targets, LossNormalisation::token_mean, 0.0, 1);
  const std::vector<Value> all = graph.parameters();
  return {std::move(graph), loss, all};
}

/// A GRU over that many steps, which reads from and adds to the loss at each.
ForwardGraph gru(std::int64_t length) {
  Graph graph("gru");
  const GruWeights weights{
      graph.parameter("kernel", {units, 3 * units}, Initializer::glorot_uniform()),
      graph.parameter("recurrent_kernel", {units, 3 * units}, Initializer::orthogonal()),
      graph.parameter("input_bias", {3 * units}, Initializer::zeros()),
      graph.parameter("recurrent_bias", {3 * units}, Initializer::zeros()),
  };
  const Value inputs = graph.input("inputs", DType::f32, {length, rows, units});
  Value state = broadcast(graph.constant(0.0), {rows, units});
  Value loss = graph.constant(0.0);
  for (std::int64_t step = 0; step < length; ++step) {
    const Graph::Scope scope = graph.scope(fmt::format("step{}", step));
    state = gru_cell(reshape(slice(inputs, 0, step, step + 1), {rows, units}), state, weights);
    loss = loss + mean_square(state);
  }
  return {
      std::move(graph), loss, {weights.kernel, weights.recurrent_kernel, weights.input_bias, weights.recurrent_bias}};
}

/// A chain of that many layers, each with weights of its own, and with a sum around it.
ForwardGraph deep(std::int64_t length) {
  Graph graph("deep");
  std::vector<Value> parameters;
  Value x = graph.input("x", DType::f32, {rows, units});
  for (std::int64_t layer = 0; layer < length; ++layer) {
    const Graph::Scope scope = graph.scope(fmt::format("layer{}", layer));
    const Value kernel = graph.parameter("kernel", {units, units}, Initializer::glorot_uniform());
    const Value bias = graph.parameter("bias", {units}, Initializer::zeros());
    x = x + tanh(dense(x, kernel, bias));
    parameters.insert(parameters.end(), {kernel, bias});
  }
  return {std::move(graph), mean_square(x), parameters};
}

/// That many branches, each with weights of its own that it uses twice, declared layer by layer.
ForwardGraph wide(std::int64_t length) {
  Graph graph("wide");
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
  return {std::move(graph), mean_square(concat(parts, 0)), kernels};
}

}  // namespace

std::vector<ScalingFamily> scaling_families() {
  return {{"translator", "the translator's training step, long sentences", translator},
          {"gru", "an unrolled GRU, many steps", gru},
          {"deep", "a chain of layers with weights of their own", deep},
          {"wide", "branches beside each other with weights of their own, each used twice", wide}};
}

void differentiate(ForwardGraph& forward) {
  const std::vector<Value> grads = gradients(forward.loss, forward.parameters);
  forward.graph.output("loss", forward.loss);
  Sgd(forward.graph).update(forward.parameters, grads, 0.01);
}

std::int64_t length_for(const ScalingFamily& family, std::int64_t nodes) {
  const auto count = [&family](std::int64_t length) {
    ForwardGraph forward = family.declare(length);
    differentiate(forward);
    return static_cast<std::int64_t>(forward.graph.node_count());
  };
  constexpr std::int64_t few = 4;
  constexpr std::int64_t more = 12;
  const std::int64_t fixed = count(few);
  const std::int64_t grown = count(more) - fixed;
  check_invariant(grown > 0, "the graph '{}' does not grow with its length", family.name);
  return std::max<std::int64_t>(1, few + (nodes - fixed) * (more - few) / grown);
}

}  // namespace weft::tool
