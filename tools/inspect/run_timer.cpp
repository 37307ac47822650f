#include "tools/inspect/run_timer.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "passes/pipeline.h"

namespace weft::inspect {

double median_ms_of(Executable& executable, int runs, const DrawRange& range) {
  for (const auto& [name, tensor] : draw_inputs(executable.graph(), 1, range)) executable.set(name, tensor);
  executable.run();
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    executable.run();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::nth_element(times, times.begin() + runs / 2);
  return times[static_cast<std::size_t>(runs / 2)];
}

RunTimer::RunTimer(const Backend& backend) : backend_(backend) {
  options_.variables = std::make_shared<Variables>(options_.seed);
  options_.arena = std::make_shared<Arena>();
  for (const Pass* pass : compile_pipeline())
    if (pass != &pass::decompose) options_.disabled_passes.emplace_back(pass->name);
}

double RunTimer::median_ms_as_it_is(const Graph& graph, int runs, const DrawRange& range) {
  Executable executable = compile(graph, backend_, options_);
  return median_ms_of(executable, runs, range);
}

bool is_product(const Op& op) { return op.family == "matrix"; }

}  // namespace weft::inspect
