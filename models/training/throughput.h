#pragma once

#include <chrono>
#include <cstdint>

namespace weft {

/// How fast training goes between two lines of log.
class Throughput {
 public:
  void add(std::int64_t tokens) { tokens_ += tokens; }
  /// Tokens a second since the last call, or since this was made.
  double take();

 private:
  using Clock = std::chrono::steady_clock;

  std::int64_t tokens_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace weft
