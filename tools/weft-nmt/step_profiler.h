#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "models/training/step_runner.h"
#include "tools/inspect/trace.h"

namespace weft::nmt {

/// What the steps of a training cost, kernel by kernel: a profile to read, and the timeline of the first ten steps.
class StepProfiler {
 public:
  /// `profile`: whether the profile is wanted; `trace`: the file of the timeline; empty: none.
  StepProfiler(bool profile, std::string trace) : profile_(profile), trace_file_(std::move(trace)) {}

  bool is_wanted() const { return profile_ || !trace_file_.empty(); }
  /// Sees every step; this object must outlive it.
  StepObserver observer();
  /// Prints the profile and writes the timeline of a training that has profiled its runs.
  void write(const StepRunner& steps) const;

 private:
  using Clock = std::chrono::steady_clock;
  void finish_run(const Execution& execution, const std::string& name);

  bool profile_;
  std::string trace_file_;
  inspect::Trace trace_;
  Clock::time_point start_;
  std::uint64_t steps_ = 0;
  double seconds_ = 0;
};

}  // namespace weft::nmt
