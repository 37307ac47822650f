#include <array>
#include <memory>
#include <random>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/threads.h"
#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "models/nmt/training/translation_task.h"
#include "passes/pipeline.h"
#include "tools/weft-nmt/bench_measures.h"

namespace weft::nmt {
namespace {

/// Ids of words, padding left out.
void fill_with_words(std::span<std::int32_t> ids, std::int64_t vocabulary, std::mt19937_64& random) {
  for (std::int32_t& id : ids)
    id = static_cast<std::int32_t>(1 + random() % static_cast<std::uint64_t>(vocabulary - 1));
}

/// A compiled step with a batch in its inputs.
Execution filled_step(const Graph& graph, const ModelConfig& model, const TrainingConfig& training,
                      const ModelShape& shape, const Backend& backend, const ExecutionOptions& options) {
  Execution step(compile(graph, backend, {.precision = product_precision(training.precision)}), options);
  std::mt19937_64 random(training.seed);
  fill_with_words(step.input("source").as<std::int32_t>(), model.source_vocabulary, random);
  fill_with_words(step.input("target").as<std::int32_t>(), model.target_vocabulary, random);
  std::ranges::fill(step.input("source_lengths").as<std::int32_t>(), static_cast<std::int32_t>(shape.source_length));
  step.input("learning_rate").as<float>()[0] = static_cast<float>(training.learning_rate);
  return step;
}

std::shared_ptr<const onednn::KernelSelection> kernels_of_step(const Graph& graph, const TrainingConfig& training,
                                                               const KernelProgress& on_progress) {
  const auto products = [&] {
    onednn::ProductUses found;
    add_products(compile(graph, {.precision = product_precision(training.precision)}).graph(), found);
    return found;
  };
  return choose_kernels(training.kernels, products, on_progress);
}

/// Has the number of threads while it lives.
class ThreadCount {
 public:
  explicit ThreadCount(int count) : before_(onednn::thread_count()) { onednn::set_thread_count(count); }
  ~ThreadCount() { onednn::set_thread_count(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

/// Multiplications and additions of a matrix product; 0 for other nodes.
double product_flops(const Graph& graph, const Node& node) {
  if (node.op->name != "dense" && node.op->name != "matmul") return 0;
  std::vector<TensorType> operands;
  for (const ValueId operand : node.operands) operands.push_back(graph.type(operand));
  const std::vector<TensorType> results{graph.type(node.results[0])};
  const double flops = node.op->flops(operands, results, node.attributes);
  const double bias = node.op->name == "dense" ? static_cast<double>(results[0].shape.volume()) : 0.0;
  return flops - bias;
}

}  // namespace

double needed_gflop(const ModelConfig& config, const ModelShape& shape) {
  Graph graph = forward_graph(config, shape);
  const PassContext everything_apart{.runs_whole = [](const Op& op) { return op.name == "dense"; }, .evaluate = {}};
  const std::array<const Pass*, 3> passes{&pass::decompose, &pass::cse, &pass::dce};
  run_passes(graph, passes, everything_apart);
  double flops = 0;
  for (const NodeId id : graph.nodes()) flops += product_flops(graph, graph.node(id));
  return 3e-9 * flops;
}

PaddedMeasurement measure_padded(const ModelConfig& model, const TrainingConfig& training, const ModelShape& shape,
                                 std::int64_t rounds, const KernelProgress& on_progress) {
  const Graph graph = training_graph(model, training, shape);
  const auto backend = onednn_backend({.kernels = kernels_of_step(graph, training, on_progress)});
  Execution step = filled_step(graph, model, training, shape, *backend, {.seed = training.seed});
  PaddedMeasurement result;
  result.timing = inspect::time_rounds(rounds, [&] { step.run(); });
  result.needed_gflop = needed_gflop(model, shape);
  const ProgramReport& report = step.report();
  result.graph = {1e-9 * report.flops, report.arena_bytes, report.lower_bound_bytes};
  result.peak_resident_bytes = inspect::peak_resident_bytes();

  const std::shared_ptr<const Profiler> profiler = profile_runs(step);
  result.profiled_steps = 3;
  for (std::int64_t i = 0; i < result.profiled_steps; ++i) step.run();
  ProfileByKind profile;
  profile.add(profiler->steps());
  result.kinds = profile.sorted();
  return result;
}

ThreadsMeasurement measure_threads(const ModelConfig& model, const TrainingConfig& training, const ModelShape& shape,
                                   std::int64_t rounds, const KernelProgress& on_progress) {
  const int threads = onednn::thread_count();
  const Graph graph = training_graph(model, training, shape);
  const auto variables = std::make_shared<Variables>(training.seed);
  const auto arena = std::make_shared<Arena>();
  const auto backend = onednn_backend({.kernels = kernels_of_step(graph, training, on_progress)});
  const auto step_for = [&](int count) {
    const ThreadCount scope(count);
    return filled_step(graph, model, training, shape, *backend, {.variables = variables, .arena = arena});
  };
  Execution one = step_for(1);
  Execution all = step_for(threads);
  const auto time_on = [&](int count, Execution& step) {
    const ThreadCount scope(count);
    return inspect::time_rounds(
               1, [&] { step.run(); }, 1)
        .milliseconds.front();
  };
  ThreadsMeasurement result{.one = {}, .all = {}, .threads = threads};
  for (std::int64_t round = 0; round < rounds; ++round) {
    result.one.milliseconds.push_back(time_on(1, one));
    result.all.milliseconds.push_back(time_on(threads, all));
  }
  return result;
}

}  // namespace weft::nmt
