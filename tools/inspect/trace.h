#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "backends/runtime/profile.h"

namespace weft::inspect {

/// A timeline of runs and their kernels in Chrome's trace-event JSON, which ui.perfetto.dev and chrome://tracing open:
/// every run and within it every kernel is a complete event ("ph": "X") with its start `ts` and duration `dur` in
/// microseconds, the op as its category, and what runs it, its scope and its rates as arguments.
class Trace {
 public:
  /// Adds the last run that was profiled.
  void add_last_run(const Profiler& profiler, std::string_view run_name);
  std::size_t runs() const { return runs_; }
  std::string to_json() const;

 private:
  std::size_t runs_ = 0;
  std::chrono::steady_clock::time_point start_ = {};  // of the first run
  std::vector<std::string> events_;
};

}  // namespace weft::inspect
