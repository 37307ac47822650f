#include "backends/runtime/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "backends/runtime/execution.h"

namespace weft {

Profiler::Profiler(Program program) : program_(std::move(program)) {
  for (const ProgramStep& step : program_.steps()) steps_.push_back({.step = step});
}

void Profiler::start(const Execution&) { run_start_ = Clock::now(); }

void Profiler::before(const StepView&) { step_start_ = Clock::now(); }

void Profiler::after(const StepView& step) {
  const Clock::time_point end = Clock::now();
  StepProfile& profile = steps_[step.position];
  profile.last_start = std::chrono::duration<double>(step_start_ - run_start_).count();
  profile.last_seconds = std::chrono::duration<double>(end - step_start_).count();
  profile.seconds += profile.last_seconds;
  ++profile.calls;
}

std::shared_ptr<const Profiler> profile_runs(Execution& execution) {
  auto profiler = std::make_shared<Profiler>(execution.program());
  execution.attach(profiler);
  return profiler;
}

const Profiler* profiler_of(const Execution& execution) {
  for (const auto& observer : execution.observers())
    if (const auto* profiler = dynamic_cast<const Profiler*>(observer.get())) return profiler;
  return nullptr;
}

void ProfileByKind::add(std::span<const StepProfile> steps) {
  for (const StepProfile& profile : steps) {
    const ProgramStep& step = profile.step;
    const std::string name = fmt::format("{} ({})", step.op, step.implementation);
    KindProfile& kind = kinds_[name];
    const auto calls = static_cast<double>(profile.calls);
    kind.kind = name;
    kind.calls += profile.calls;
    kind.seconds += profile.seconds;
    kind.flops += calls * step.flops;
    kind.bytes += calls * step.bytes;
  }
}

std::vector<KindProfile> ProfileByKind::sorted() const {
  std::vector<KindProfile> sorted;
  for (const auto& [name, kind] : kinds_)
    if (kind.calls > 0) sorted.push_back(kind);
  std::ranges::stable_sort(sorted, std::greater<>{}, &KindProfile::seconds);
  return sorted;
}

}  // namespace weft
