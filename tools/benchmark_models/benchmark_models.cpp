#include "tools/benchmark_models/benchmark_models.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "models/layers/layers.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"

namespace weft::tool {
namespace {

/// Completes a step: gradients, clipping, Adam.
void train(Graph& graph, Value loss) {
  const std::vector<Value> parameters = graph.parameters();
  Adam(graph).update(parameters, clip_by_global_norm(gradients(loss, parameters), 1.0), 0.001);
  graph.output("loss", loss);
}

void mlp(Graph& graph, std::int64_t batch, std::int64_t in, std::int64_t hidden, std::int64_t classes) {
  Value x = graph.input("x", DType::f32, {batch, in});
  x = relu(layers::dense(x, hidden, "hidden1"));
  x = relu(layers::dense(x, hidden, "hidden2"));
  train(graph, cross_entropy(layers::dense(x, classes, "logits"), graph.input("ids", DType::i32, {batch})));
}

void lstm(Graph& graph) {
  constexpr std::int64_t batch = 32, steps = 64, units = 512, letters = 65;
  Value x = layers::embedding(graph.input("ids", DType::i32, {batch, steps}), letters, units, "letters");
  for (const char* name : {"lstm1", "lstm2"}) x = layers::lstm(x, units, name);
  train(graph, cross_entropy(layers::dense(x, letters, "logits"), graph.input("next", DType::i32, {batch, steps})));
}

void transformer(Graph& graph, std::int64_t blocks, std::int64_t units, std::int64_t heads, std::int64_t steps,
                 std::int64_t batch) {
  constexpr std::int64_t letters = 65;
  const Value ids = graph.input("ids", DType::i32, {batch, steps});
  const Value places = layers::embedding(iota(graph, steps), steps, units, "places");
  Value x = layers::embedding(ids, letters, units, "letters") + places;
  for (std::int64_t i = 0; i < blocks; ++i)
    x = layers::transformer_block(x, 4 * units, "block" + std::to_string(i), {.heads = heads, .causal = true});
  const Value logits = layers::dense(layers::layer_norm(x, "norm"), letters, "logits");
  train(graph, cross_entropy(logits, graph.input("next", DType::i32, {batch, steps})));
}

void vae(Graph& graph) {
  constexpr std::int64_t batch = 128, pixels = 784, hidden = 400, code = 20;
  const Value x = graph.input("x", DType::f32, {batch, pixels});
  const Value h = relu(layers::dense(x, hidden, "encoder"));
  const Value mean = layers::dense(h, code, "mean");
  const Value log_variance = layers::dense(h, code, "log_variance");
  const Value z = mean + exp(log_variance * 0.5) * graph.input("noise", DType::f32, {batch, code});
  const Value back = layers::dense(relu(layers::dense(z, hidden, "decoder")), pixels, "pixels");
  const Value reconstruction =
      binary_cross_entropy_with_logits(back, graph.input("target", DType::f32, {batch, pixels}));
  const Value divergence = reduce_mean(exp(log_variance) + square(mean) - 1.0 - log_variance) * 0.5;
  train(graph, reconstruction + divergence * (1.0 * code / pixels));
}

void cnn(Graph& graph) {
  Value x = graph.input("x", DType::f32, {64, 1, 28, 28});
  x = max_pool(relu(layers::conv(x, 32, 3, "conv1", {.padding = 1})), 2);
  x = max_pool(relu(layers::conv(x, 64, 3, "conv2", {.padding = 1})), 2);
  x = relu(layers::dense(reshape(x, {64, -1}), 128, "hidden"));
  train(graph, cross_entropy(layers::dense(x, 10, "logits"), graph.input("ids", DType::i32, {64})));
}

Value residual(Value x, std::int64_t channels, std::int64_t stride, const std::string& name) {
  const Graph::Scope scope = x.graph().scope(name);
  Value y = layers::conv(x, channels, 3, "conv1", {.strides = stride, .padding = 1, .bias = false});
  y = layers::conv(relu(layers::batch_norm(y, "norm1")), channels, 3, "conv2", {.padding = 1, .bias = false});
  y = layers::batch_norm(y, "norm2");
  return relu(y + (stride > 1 ? layers::conv(x, channels, 1, "shortcut", {.strides = stride, .bias = false}) : x));
}

void resnet(Graph& graph) {
  Value x = graph.input("x", DType::f32, {32, 3, 32, 32});
  x = relu(layers::batch_norm(layers::conv(x, 16, 3, "conv", {.padding = 1, .bias = false}), "norm"));
  x = residual(x, 16, 1, "block0");
  x = residual(x, 32, 2, "block1");
  x = residual(x, 64, 2, "block2");
  x = reduce_mean(x, {2, 3});
  train(graph, cross_entropy(layers::dense(x, 10, "logits"), graph.input("ids", DType::i32, {32})));
}

constexpr std::array<BenchmarkModel, 8> models{{
    {"mlp-small", "MLP 16-64-64-4, batch 32", [](Graph& graph) { mlp(graph, 32, 16, 64, 4); }},
    {"mlp", "MLP 784-512-512-10, batch 128", [](Graph& graph) { mlp(graph, 128, 784, 512, 10); }},
    {"vae", "VAE 784-400-20, batch 128", vae},
    {"cnn", "CNN on 28 x 28, batch 64", cnn},
    {"resnet", "ResNet of 3 blocks on 32 x 32, batch 32", resnet},
    {"transformer-4x128", "Transformer 4 x 128, 64 steps, batch 12",
     [](Graph& graph) { transformer(graph, 4, 128, 4, 64, 12); }},
    {"transformer-6x384", "Transformer 6 x 384, 256 steps, batch 4",
     [](Graph& graph) { transformer(graph, 6, 384, 6, 256, 4); }},
    {"lstm", "LSTM 2 x 512, 64 steps, batch 32", lstm},
}};

}  // namespace

std::span<const BenchmarkModel> benchmark_models() { return models; }

Graph benchmark_graph(std::string_view name) {
  const auto model = std::ranges::find(models, name, &BenchmarkModel::name);
  if (model == models.end()) {
    std::vector<std::string_view> names;
    for (const BenchmarkModel& other : models) names.push_back(other.name);
    fail("there is no model '{}'; there are {}", name, joined(names, ", "));
  }
  Graph graph{std::string(name)};
  model->declare(graph);
  return graph;
}

}  // namespace weft::tool
