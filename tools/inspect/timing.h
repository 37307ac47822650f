#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace weft::inspect {

/// How long the rounds of a measurement took.
struct Timing {
  std::vector<double> milliseconds;  ///< in the order of the rounds

  /// Throw InternalError without a round.
  double median() const;
  double mean() const;
  double min() const;
  double max() const;
};

/// Milliseconds since it was made, or asked last.
class Stopwatch {
 public:
  double lap();

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Runs a few times more than it times: the first runs touch memory that nobody has touched before.
Timing time_rounds(std::int64_t rounds, const std::function<void()>& run, std::int64_t warm_up_rounds = 2);

}  // namespace weft::inspect
