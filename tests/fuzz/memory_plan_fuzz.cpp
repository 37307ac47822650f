// The interval planner alone: every plan is valid and says true figures, and where all orders of few intervals can be
// tried, it is as small as the best of them, or says by its own bound how much it may be off.

#include <algorithm>
#include <array>
#include <numeric>

#include "passes/memory/memory_plan.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/harness.h"

namespace weft::fuzz {
namespace {

constexpr std::size_t most_for_brute_force = 6;

std::size_t aligned(std::size_t bytes, std::size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

bool meet(const LiveInterval& a, const LiveInterval& b) { return a.first <= b.last && b.first <= a.last; }

std::vector<LiveInterval> draw_intervals(Choices& choices) {
  std::vector<LiveInterval> intervals;
  const std::int64_t steps = choices.pick(1, 12);
  const std::int64_t most = choices.chance(70) ? static_cast<std::int64_t>(most_for_brute_force) : 60;
  for (std::int64_t count = choices.pick(0, most); count > 0; --count) {
    const auto first = static_cast<std::uint32_t>(choices.pick(0, steps - 1));
    const auto last = static_cast<std::uint32_t>(choices.pick(first, steps - 1));
    const std::int64_t bytes = choices.chance(10)   ? 0
                               : choices.chance(50) ? choices.pick(1, 8) * 64
                                                    : choices.pick(1, 1000);
    intervals.push_back({static_cast<std::size_t>(bytes), first, last});
  }
  return intervals;
}

/// The most bytes live at one step, counted at each.
std::size_t peak_of(const std::vector<LiveInterval>& intervals, std::size_t alignment) {
  std::size_t peak = 0;
  for (const LiveInterval& at : intervals) {
    std::size_t live = 0;
    for (const LiveInterval& other : intervals)
      if (other.first <= at.first && at.first <= other.last) live += aligned(other.bytes, alignment);
    peak = std::max(peak, live);
  }
  return peak;
}

void check_valid(const std::vector<LiveInterval>& intervals, const MemoryPlan& plan, std::size_t alignment) {
  expect(plan.offsets.size() == intervals.size(), "{} intervals have {} offsets", intervals.size(),
         plan.offsets.size());
  std::size_t top = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    expect(plan.offsets[i] % alignment == 0, "interval {} is at {}", i, plan.offsets[i]);
    top = std::max(top, plan.offsets[i] + intervals[i].bytes);
    for (std::size_t k = 0; k < i; ++k)
      expect(!meet(intervals[i], intervals[k]) || intervals[i].bytes == 0 || intervals[k].bytes == 0 ||
                 plan.offsets[i] + intervals[i].bytes <= plan.offsets[k] ||
                 plan.offsets[k] + intervals[k].bytes <= plan.offsets[i],
             "intervals {} and {} overlap", k, i);
  }
  expect(top <= plan.bytes, "the arena has {} bytes, {} are used", plan.bytes, top);
  const std::size_t peak = peak_of(intervals, alignment);
  expect(plan.lower_bound == peak, "the lower bound is {}, the peak {}", plan.lower_bound, peak);
  expect(find_peak(intervals, alignment).bytes == peak, "find_peak says {}, it is {}",
         find_peak(intervals, alignment).bytes, peak);
  expect(plan.bytes >= peak, "{} bytes are less than the peak {}", plan.bytes, peak);
}

/// The least arena. In some optimal plan every interval lies at 0 or on top of one that it meets (push all down), so
/// that first fit in some order makes it.
std::size_t least_bytes(const std::vector<LiveInterval>& intervals, std::size_t alignment) {
  std::vector<std::size_t> order(intervals.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::size_t least = SIZE_MAX;
  do {
    std::vector<std::size_t> offsets(intervals.size());
    std::size_t bytes = 0;
    for (std::size_t placed = 0; placed < order.size(); ++placed) {
      const std::size_t i = order[placed];
      const std::size_t size = aligned(intervals[i].bytes, alignment);
      std::size_t offset = 0;
      for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t other = 0; other < placed; ++other) {
          const std::size_t k = order[other];
          const std::size_t end = offsets[k] + aligned(intervals[k].bytes, alignment);
          if (!meet(intervals[i], intervals[k]) || offset >= end || offset + size <= offsets[k]) continue;
          offset = end;
          moved = true;
        }
      }
      offsets[i] = offset;
      bytes = std::max(bytes, offset + size);
    }
    least = std::min(least, bytes);
  } while (std::ranges::next_permutation(order).found);
  return least;
}

void run(std::string_view input) {
  Choices choices(input);
  const std::vector<LiveInterval> intervals = draw_intervals(choices);
  const std::size_t alignment = choices.chance(70) ? arena_alignment : std::size_t{1} << choices.pick(0, 7);
  const MemoryPlan plan = plan_memory(intervals, alignment);
  check_valid(intervals, plan, alignment);
  if (intervals.size() > most_for_brute_force) return;
  const std::size_t least = least_bytes(intervals, alignment);
  // It stops looking within half a hundredth of the lower bound.
  expect(plan.bytes <= std::max(least, plan.lower_bound + plan.lower_bound / 200),
         "the plan has {} bytes, {} are enough", plan.bytes, least);
}

std::vector<std::string> seeds() {
  std::vector<std::string> seeds;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    Choices choices(seed);
    std::string bytes(static_cast<std::size_t>(choices.pick(4, 300)), '\0');
    for (char& byte : bytes) byte = static_cast<char>(choices.pick(0, 255));
    seeds.push_back(std::move(bytes));
  }
  return seeds;
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds};

}  // namespace weft::fuzz
