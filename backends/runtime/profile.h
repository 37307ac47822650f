#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/runtime/execution_observer.h"
#include "backends/runtime/program.h"

namespace weft {

/// What one step of a program cost, over the runs that were profiled.
struct StepProfile {
  ProgramStep step;
  std::uint64_t calls = 0;
  double seconds = 0;     ///< of all calls
  double last_start = 0;  ///< seconds from the start of the last run to the start of its call
  double last_seconds = 0;
};

/// Times every step of an execution's runs.
class Profiler final : public ExecutionObserver {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Profiler(Program program);

  void start(const Execution& execution) override;
  void before(const StepView& step) override;
  void after(const StepView& step) override;

  const Program& program() const { return program_; }
  /// One entry a step, in the order of Program::steps().
  std::span<const StepProfile> steps() const { return steps_; }
  /// When the last run began.
  Clock::time_point last_start() const { return run_start_; }

 private:
  Program program_;
  std::vector<StepProfile> steps_;
  Clock::time_point run_start_;
  Clock::time_point step_start_;
};

/// Attaches a profiler to the execution.
std::shared_ptr<const Profiler> profile_runs(Execution& execution);
/// The first profiler that is attached; nullptr when there is none.
const Profiler* profiler_of(const Execution& execution);

/// The kernels of one kind, taken together.
struct KindProfile {
  std::string kind;  ///< "matmul (sgemm)"
  std::uint64_t calls = 0;
  double seconds = 0;
  double flops = 0;  ///< of all calls
  double bytes = 0;
};

/// By op and kind, the longest first. Several executions' profiles may be added up.
class ProfileByKind {
 public:
  void add(std::span<const StepProfile> steps);
  std::vector<KindProfile> sorted() const;

 private:
  std::map<std::string, KindProfile> kinds_;
};

}  // namespace weft
