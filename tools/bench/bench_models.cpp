// Times a training step of a model that is not the translator: what tools/bench/models.py runs beside PyTorch.
//
//   weft-bench-models MODEL [--steps N] [--threads N] [--disable PASS]... [--dump FILE] [--weights FILE]
//
// One line of JSON on standard output: the median of the steps' times, the first and last loss, kernels, memory, and
// the time that compiling took.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/openmp_wait.h"
#include "backends/onednn/threads.h"
#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "graph/io/safetensors.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "models/layers/layers.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"

namespace weft {
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

const std::map<std::string, std::function<void(Graph&)>>& models() {
  static const std::map<std::string, std::function<void(Graph&)>> all{
      {"mlp-small", [](Graph& graph) { mlp(graph, 32, 16, 64, 4); }},
      {"mlp", [](Graph& graph) { mlp(graph, 128, 784, 512, 10); }},
      {"lstm", lstm},
      {"transformer-4x128", [](Graph& graph) { transformer(graph, 4, 128, 4, 64, 12); }},
      {"transformer-6x384", [](Graph& graph) { transformer(graph, 6, 384, 6, 256, 4); }},
      {"vae", vae},
      {"cnn", cnn},
      {"resnet", resnet},
  };
  return all;
}

/// Numbers that a model can learn nothing from, and ids that all its tables have.
void fill(const Graph& graph, Execution& step) {
  std::mt19937_64 random(1);
  for (const NodeId id : graph.leaves(leaf::input)) {
    const Node& node = graph.node(id);
    const TensorView view = step.input(node.name);
    if (graph.type(node.results[0]).dtype == DType::i32)
      for (std::int32_t& element : view.as<std::int32_t>()) element = static_cast<std::int32_t>(random() % 4);
    else
      for (float& element : view.as<float>()) element = static_cast<float>(random() % 1000) / 1000.0F;
  }
}

/// Inputs and variables before the first step.
void save_data(const Graph& graph, Execution& step, const std::string& path) {
  TensorMap tensors = step.variables().snapshot();
  for (const NodeId id : graph.leaves(leaf::input)) {
    const TensorView view = step.input(graph.node(id).name);
    Tensor copy(view.type);
    std::ranges::copy(view.bytes(), copy.bytes().begin());
    tensors.emplace("input " + graph.node(id).name, std::move(copy));
  }
  save_safetensors(path, tensors, {});
}

struct Options {
  std::string model;
  int steps = 30;
  int threads = 0;
  std::vector<std::string> disabled = {};
  std::string dump;
  std::string weights;
};

Options parse(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with("--")) {
      options.model = word;
      continue;
    }
    require(i + 1 < words.size(), "{} needs a value", word);
    const std::string& value = words[++i];
    if (word == "--steps") {
      options.steps = std::atoi(value.c_str());
    } else if (word == "--threads") {
      options.threads = std::atoi(value.c_str());
    } else if (word == "--disable") {
      options.disabled.push_back(value);
    } else {
      require(word == "--dump" || word == "--weights", "there is no option {}", word);
      (word == "--dump" ? options.dump : options.weights) = value;
    }
  }
  require(models().contains(options.model), "there is no model '{}'", options.model);
  require(options.steps > 0, "--steps must be positive");
  return options;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void run(const Options& options) {
  if (options.threads > 0) onednn::set_thread_count(options.threads);
  Graph graph(options.model);
  models().at(options.model)(graph);
  const auto begin = std::chrono::steady_clock::now();
  const Program program = compile(graph, onednn_backend(), {.disabled_passes = options.disabled});
  const double compiling = seconds_since(begin);
  if (!options.dump.empty()) std::ofstream(options.dump) << to_text(program.graph());
  Execution step(program);
  fill(graph, step);
  if (!options.weights.empty()) save_data(graph, step, options.weights);
  std::vector<double> times;
  float first = 0.0F;
  for (int i = 0; i < options.steps + 3; ++i) {
    const auto start = std::chrono::steady_clock::now();
    step.run();
    if (i >= 3) times.push_back(seconds_since(start));
    if (i == 0) first = step.output("loss").as<float>()[0];
  }
  std::ranges::sort(times);
  std::printf(
      "{\"model\": \"%s\", \"step_ms\": %.4f, \"first_loss\": %.6f, \"last_loss\": %.6f, \"kernels\": %zu, "
      "\"arena_mb\": %.2f, \"compile_s\": %.3f}\n",
      options.model.c_str(), times[times.size() / 2] * 1e3, static_cast<double>(first),
      static_cast<double>(step.output("loss").as<float>()[0]), program.report().kernels,
      static_cast<double>(program.report().arena_bytes) / 1e6, compiling);
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) {
  weft::wait_briefly(argv);
  try {
    weft::run(weft::parse(std::vector<std::string>(argv + 1, argv + argc)));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weft-bench-models: %s\n", error.what());
    return 1;
  }
}
