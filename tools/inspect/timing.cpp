#include "tools/inspect/timing.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "graph/base/error.h"

namespace weft::inspect {

double Timing::median() const {
  check_invariant(!milliseconds.empty(), "the median of no rounds");
  std::vector<double> sorted = milliseconds;
  std::ranges::sort(sorted);
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

double Timing::mean() const {
  check_invariant(!milliseconds.empty(), "the mean of no rounds");
  return std::reduce(milliseconds.begin(), milliseconds.end()) / static_cast<double>(milliseconds.size());
}

double Timing::min() const {
  check_invariant(!milliseconds.empty(), "the least of no rounds");
  return std::ranges::min(milliseconds);
}

double Timing::max() const {
  check_invariant(!milliseconds.empty(), "the most of no rounds");
  return std::ranges::max(milliseconds);
}

double Stopwatch::lap() {
  const auto now = std::chrono::steady_clock::now();
  return std::chrono::duration<double, std::milli>(now - std::exchange(start_, now)).count();
}

Timing time_rounds(std::int64_t rounds, const std::function<void()>& run, std::int64_t warm_up_rounds) {
  for (std::int64_t round = 0; round < warm_up_rounds; ++round) run();
  Timing timing;
  for (std::int64_t round = 0; round < rounds; ++round) {
    Stopwatch stopwatch;
    run();
    timing.milliseconds.push_back(stopwatch.lap());
  }
  return timing;
}

}  // namespace weft::inspect
