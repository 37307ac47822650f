#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// What one kernel of a compiled graph cost, over the runs that were profiled.
struct KernelProfile {
  /// The node that it computes, or prepares the parts of; null for copies into outputs and variables.
  NodeId node = {};
  std::string_view op;    ///< "matmul", "output", "update"
  std::string_view kind;  ///< what runs it: "sgemm", "matmul:packed", "loop", "copy"
  double flops = 0;       ///< of one call
  double bytes = 0;       ///< read and written by one call
  std::uint64_t calls = 0;
  double seconds = 0;     ///< of all calls
  double last_start = 0;  ///< seconds from the start of the last run to the start of its call
  double last_seconds = 0;
};

/// Times one call while it lives. Without a profile it does nothing.
class ProfiledCall {
 public:
  using Clock = std::chrono::steady_clock;

  ProfiledCall(KernelProfile* profile, Clock::time_point run_start)
      : profile_(profile), run_start_(run_start), start_(profile == nullptr ? run_start : Clock::now()) {}
  ~ProfiledCall() {
    if (profile_ != nullptr) record();
  }
  ProfiledCall(const ProfiledCall&) = delete;
  ProfiledCall& operator=(const ProfiledCall&) = delete;

 private:
  void record();

  KernelProfile* profile_;
  Clock::time_point run_start_;
  Clock::time_point start_;
};

/// The kernels of one kind, taken together.
struct KindProfile {
  std::string kind;  ///< "matmul (sgemm)"
  std::uint64_t calls = 0;
  double seconds = 0;
  double flops = 0;  ///< of all calls
  double bytes = 0;
};

/// By op and kind, the longest first. Several executables' profiles may be added up.
class ProfileByKind {
 public:
  void add(std::span<const KernelProfile> kernels);
  std::vector<KindProfile> sorted() const;

 private:
  std::map<std::string, KindProfile> kinds_;
};

}  // namespace weft
