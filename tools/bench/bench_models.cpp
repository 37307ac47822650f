// Times a training step of a model that is not the translator: what tools/bench/models.py runs beside PyTorch.
//
//   weft-bench-models MODEL [--steps N] [--threads N] [--disable PASS]... [--dump FILE] [--weights FILE]
//
// One line of JSON on standard output: the median of the steps' times, the first and last loss, kernels, memory (all that
// the process came to hold for the model, and the working memory alone), and the time that compiling took.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/openmp_wait.h"
#include "backends/onednn/threads.h"
#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "graph/io/safetensors.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "tools/benchmark_models/benchmark_models.h"

namespace weft {
namespace {

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
    const std::string& name = graph.node(id).name;
    tensors.emplace("input " + name, step.input(name).copy());
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
  require(options.steps > 0, "--steps must be positive");
  return options;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Of this process, in MB: "VmRSS:" as it is now, "VmHWM:" the most there was.
double resident_mb(std::string_view which) {
  std::ifstream status("/proc/self/status");
  std::string word;
  double kilobytes = 0;
  while (status >> word && word != which) {
  }
  status >> kilobytes;
  return kilobytes / 1000;
}

void run(const Options& options) {
  if (options.threads > 0) onednn::set_thread_count(options.threads);
  const double before = resident_mb("VmRSS:");
  const Graph graph = tool::benchmark_graph(options.model);
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
      "\"memory_mb\": %.2f, \"arena_mb\": %.2f, \"compile_s\": %.3f}\n",
      options.model.c_str(), times[times.size() / 2] * 1e3, static_cast<double>(first),
      static_cast<double>(step.output("loss").as<float>()[0]), program.report().kernels, resident_mb("VmHWM:") - before,
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
