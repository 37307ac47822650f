#include <algorithm>
#include <memory>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/execution.h"
#include "tools/weft-nmt/bench_measures.h"

namespace weft::nmt {

CompileMeasurement measure_compile(const ModelConfig& model, const TrainingConfig& training,
                                   const std::vector<ModelShape>& shapes) {
  const ExecutionOptions shared{std::make_shared<Variables>(training.seed), std::make_shared<Arena>()};
  shared.variables->initialise(training_graph(model, training, shapes.front()));  // once a run, whatever the shapes
  CompileMeasurement result;
  for (const ModelShape& shape : shapes) {
    Stopwatch stopwatch;
    const Graph graph = training_graph(model, training, shape);
    result.build.milliseconds.push_back(stopwatch.lap());
    const Execution step(compile(graph, onednn_backend()), shared);
    result.compile.milliseconds.push_back(stopwatch.lap());
    result.nodes = std::max(result.nodes, graph.node_count());
    const ProgramReport& report = step.report();
    result.worst_arena_ratio = std::max(result.worst_arena_ratio, static_cast<double>(report.arena_bytes) /
                                                                      static_cast<double>(report.lower_bound_bytes));
  }
  return result;
}

}  // namespace weft::nmt
