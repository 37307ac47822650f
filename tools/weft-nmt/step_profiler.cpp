#include "tools/weft-nmt/step_profiler.h"

#include <fmt/format.h>

#include "graph/base/file.h"
#include "tools/inspect/profile_report.h"
#include "tools/weft-nmt/output.h"

namespace weft::nmt {
namespace {

constexpr std::size_t traced_steps = 10;
constexpr std::size_t profiled_nodes = 20;

}  // namespace

StepObserver StepProfiler::observer() {
  if (!is_wanted()) return {};
  return {.before = [this](std::int64_t, const TrainingTask::Shape&, const Execution&) { start_ = Clock::now(); },
          .after =
              [this](std::int64_t step, const Execution& execution) {
                ++steps_;
                finish_run(execution, fmt::format("step {}", step));
              },
          .after_update =
              [this](std::int64_t step, const Execution& execution) {
                finish_run(execution, fmt::format("update of step {}", step));
              }};
}

/// Counts its time, and traces it as long as that is wanted.
void StepProfiler::finish_run(const Execution& execution, const std::string& name) {
  seconds_ += std::chrono::duration<double>(Clock::now() - start_).count();
  const Profiler* profiler = profiler_of(execution);
  if (!trace_file_.empty() && trace_.runs() < traced_steps && profiler != nullptr) trace_.add_last_run(*profiler, name);
  start_ = Clock::now();
}

void StepProfiler::write(const StepRunner& steps) const {
  if (steps_ == 0) return;
  if (!trace_file_.empty()) write_file(trace_file_, trace_.to_json());
  if (!profile_) return;
  inspect::ProfileReport report;
  steps.visit_profiles([&](const Profiler& profiler) { report.add(profiler); });
  report.set_runs(steps_, seconds_);
  print(report.to_text(inspect::measure_roofline(), profiled_nodes));
}

}  // namespace weft::nmt
