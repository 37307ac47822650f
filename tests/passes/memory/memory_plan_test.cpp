#include "passes/memory/memory_plan.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "graph/base/random.h"

using namespace weft;

namespace {

std::size_t aligned(std::size_t bytes, std::size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

/// Looks at every step and every pair, without any of the planner's shortcuts.
void check_plan(const std::vector<LiveInterval>& intervals, const MemoryPlan& plan, std::size_t alignment) {
  REQUIRE(plan.offsets.size() == intervals.size());
  std::size_t naive = 0;
  std::size_t end = 0;
  std::uint32_t last_step = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    CHECK(plan.offsets[i] % alignment == 0);
    naive += aligned(intervals[i].bytes, alignment);
    end = std::max(end, plan.offsets[i] + intervals[i].bytes);
    last_step = std::max(last_step, intervals[i].last);
  }
  CHECK(plan.bytes >= end);
  CHECK(plan.bytes <= naive);
  CHECK(plan.bytes >= plan.lower_bound);

  std::size_t most_live = 0;
  for (std::uint32_t step = 0; step <= last_step; ++step) {
    std::size_t live = 0;
    for (const LiveInterval& interval : intervals)
      if (interval.first <= step && step <= interval.last) live += aligned(interval.bytes, alignment);
    most_live = std::max(most_live, live);
  }
  CHECK(plan.lower_bound == most_live);

  bool overlap = false;
  for (std::size_t i = 0; i < intervals.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const bool at_once = intervals[i].first <= intervals[j].last && intervals[j].first <= intervals[i].last;
      const bool apart = plan.offsets[i] + intervals[i].bytes <= plan.offsets[j] ||
                         plan.offsets[j] + intervals[j].bytes <= plan.offsets[i];
      overlap |= at_once && !apart;
    }
  CHECK_FALSE(overlap);
}

/// `count` intervals over `steps` steps, none longer than `longest`.
std::vector<LiveInterval> random_intervals(std::uint64_t seed, std::size_t count, std::uint32_t steps,
                                           std::uint32_t longest) {
  const CounterRandom random(seed, "intervals");
  std::vector<LiveInterval> intervals;
  for (std::size_t i = 0; i < count; ++i) {
    const auto first = static_cast<std::uint32_t>(random.bits(3 * i) % steps);
    const auto length = static_cast<std::uint32_t>(random.bits(3 * i + 1) % longest);
    const std::uint64_t draw = random.bits(3 * i + 2);
    const std::uint64_t bytes = draw % 8 == 0 ? 64 * (draw >> 60) : (draw >> 8) % 5000;  // equal sizes, and none, too
    intervals.push_back({static_cast<std::size_t>(bytes), first, std::min(first + length, steps - 1)});
  }
  return intervals;
}

}  // namespace

TEST_CASE("random intervals: nothing live overlaps, everything is aligned, within the bounds") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    const CounterRandom random(seed, "shape");
    const auto count = static_cast<std::size_t>(random.bits(0) % 80);
    const auto steps = static_cast<std::uint32_t>(1 + random.bits(1) % 600);
    const auto longest = static_cast<std::uint32_t>(1 + random.bits(2) % steps);
    const std::size_t alignment = std::size_t{1} << (random.bits(3) % 9);
    const std::vector<LiveInterval> intervals = random_intervals(seed, count, steps, longest);
    check_plan(intervals, plan_memory(intervals, alignment), alignment);
  }
}

TEST_CASE("no intervals need no memory") {
  const MemoryPlan plan = plan_memory({});
  CHECK(plan.bytes == 0);
  CHECK(plan.lower_bound == 0);
}

TEST_CASE("intervals that follow each other share memory; both ends of an interval belong to it") {
  const std::vector<LiveInterval> apart{{100, 0, 1}, {300, 2, 3}, {200, 4, 4}};
  CHECK(plan_memory(apart, 1).bytes == 300);
  const std::vector<LiveInterval> touching{{100, 0, 2}, {300, 2, 3}};
  CHECK(plan_memory(touching, 1).bytes == 400);
}

TEST_CASE("sizes are rounded up to the alignment") {
  const std::vector<LiveInterval> intervals{{1, 0, 1}, {65, 0, 1}};
  const MemoryPlan plan = plan_memory(intervals);
  CHECK(plan.bytes == 64 + 128);
  CHECK(plan.lower_bound == 64 + 128);
}

TEST_CASE("small cases with a known optimum") {
  SUBCASE("a chain, each value living until the next is made") {
    const std::vector<LiveInterval> chain{{8, 0, 1}, {8, 1, 2}, {8, 2, 3}, {8, 3, 4}, {8, 4, 5}};
    CHECK(plan_memory(chain, 1).bytes == 16);
  }
  SUBCASE("two small ones reuse the place of a large one") {
    const std::vector<LiveInterval> intervals{{8, 0, 1}, {4, 2, 3}, {4, 2, 3}};
    CHECK(plan_memory(intervals, 1).bytes == 8);
  }
  SUBCASE("in the order of their making, the long one would lie in the large one's way") {
    const std::vector<LiveInterval> intervals{{2, 0, 1}, {2, 1, 9}, {8, 2, 9}, {2, 0, 0}};
    CHECK(plan_memory(intervals, 1).bytes == 10);
  }
  SUBCASE("a gap between two live ones is used") {
    const std::vector<LiveInterval> intervals{{4, 0, 9}, {4, 0, 2}, {4, 0, 9}, {4, 3, 5}, {4, 6, 9}};
    CHECK(plan_memory(intervals, 1).bytes == 12);
  }
  SUBCASE("an unrolled loop forward and back: states live the longer the earlier they are made") {
    std::vector<LiveInterval> intervals;
    for (std::uint32_t step = 0; step < 10; ++step) intervals.push_back({16, step, 20 - step});
    for (std::uint32_t step = 11; step < 20; ++step) intervals.push_back({16, step, step + 1});
    const MemoryPlan plan = plan_memory(intervals, 1);
    CHECK(plan.bytes == plan.lower_bound);
  }
}

TEST_CASE("the plan is a function of the intervals alone") {
  const std::vector<LiveInterval> intervals = random_intervals(7, 500, 400, 50);
  CHECK(plan_memory(intervals).offsets == plan_memory(intervals).offsets);
}

namespace {

/// An unrolled recurrent graph and its gradient: of every three values of a step two are kept for the way back, so that
/// in the middle nearly all of them are live at once; every step has short-lived ones, too.
std::vector<LiveInterval> unrolled_intervals(std::uint32_t count) {
  std::vector<LiveInterval> intervals;
  const std::uint32_t end = count;  // steps: half of them forward, half of them back
  for (std::uint32_t step = 0; step < end / 2; ++step) {
    const std::size_t bytes = 64 * (1 + step % 3);
    if (step % 3 != 0)
      intervals.push_back({bytes, step, end - 1 - step});
    else
      intervals.push_back({4 * bytes, step, step + 1});
    intervals.push_back({2 * bytes, end - 1 - step, std::min(end - 1, end + 1 - step)});
  }
  return intervals;
}

double visits_for_each(const std::vector<LiveInterval>& intervals, double worst_ratio) {
  const MemoryPlan plan = plan_memory(intervals);
  CHECK(static_cast<double>(plan.bytes) <= worst_ratio * static_cast<double>(plan.lower_bound));
  return static_cast<double>(plan.visits) / static_cast<double>(intervals.size());
}

}  // namespace

TEST_CASE("unrolled loops with their gradients: nothing live overlaps") {
  for (std::uint32_t count = 1; count <= 120; ++count) {
    CAPTURE(count);
    const std::vector<LiveInterval> intervals = unrolled_intervals(count);
    check_plan(intervals, plan_memory(intervals), 64);
  }
}

TEST_CASE("the planner's work grows as n log n, whether values live for long or not" * doctest::test_suite("slow")) {
  // Its visits are counted, which no clock disturbs. From 1,000 to 100,000 intervals log n grows to 1.7 times as much.
  SUBCASE("an unrolled loop and its gradient") {
    const double few = visits_for_each(unrolled_intervals(1'000), 1.05);
    const double more = visits_for_each(unrolled_intervals(10'000), 1.05);
    const double many = visits_for_each(unrolled_intervals(100'000), 1.05);
    MESSAGE("visits an interval: ", few, ", ", more, ", ", many);
    CHECK(many <= 2.0 * std::max(few, more));
  }
  SUBCASE("at random, the longest half of the whole time") {
    const double few = visits_for_each(random_intervals(3, 1'000, 1'000, 500), 1.25);
    const double many = visits_for_each(random_intervals(3, 8'000, 8'000, 4'000), 1.25);
    MESSAGE("visits an interval: ", few, ", ", many);
    CHECK(many <= 1.6 * few);
  }
  SUBCASE("at random, short") {
    const double few = visits_for_each(random_intervals(3, 1'000, 1'000, 20), 1.15);
    const double many = visits_for_each(random_intervals(3, 20'000, 20'000, 20), 1.15);
    MESSAGE("visits an interval: ", few, ", ", many);
    CHECK(many <= 2.0 * few);
  }
}

TEST_CASE("the peak is the most that is live at one step, and the first such step") {
  const std::vector<LiveInterval> intervals{{10, 0, 2}, {20, 2, 4}, {10, 4, 5}};
  const Peak peak = find_peak(intervals, 1);
  CHECK(peak.bytes == 30);
  CHECK(peak.step == 2);
  CHECK(find_peak({}).bytes == 0);
}
