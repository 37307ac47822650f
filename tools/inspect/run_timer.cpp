#include "tools/inspect/run_timer.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "passes/pipeline.h"

namespace weft::inspect {

double median_ms_of(Execution& execution, int runs, const DrawRange& range) {
  for (const auto& [name, tensor] : draw_inputs(execution.graph(), 1, range)) execution.set(name, tensor);
  execution.run();
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    execution.run();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::nth_element(times, times.begin() + runs / 2);
  return times[static_cast<std::size_t>(runs / 2)];
}

RunTimer::RunTimer(const Backend& backend)
    : backend_(backend), binding_{std::make_shared<Variables>(), std::make_shared<Arena>()} {
  for (const Pass* pass : compile_pipeline())
    if (can_be_left_out(*pass)) options_.disabled_passes.emplace_back(pass->name);
}

double RunTimer::median_ms_as_it_is(const Graph& graph, int runs, const DrawRange& range) {
  Execution execution(compile(graph, backend_, options_), binding_);
  return median_ms_of(execution, runs, range);
}

bool is_product(const Op& op) { return op.family == "matrix"; }

}  // namespace weft::inspect
