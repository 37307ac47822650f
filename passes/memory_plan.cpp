// First fit over sorted intervals, tried in several orders.
//
//   intervals (time ->)        placed, largest first (address ^)
//   a |====|      8 MB              |bb|  4
//   b    |==|     4 MB         |aaaa|     0..8
//   c       |==|  8 MB                 |cc|  0..8
//
// To place an interval, look at those already placed that are live at the same time, by rising offset, and take the
// first gap that is large enough. Those are found through an index from time to the placed intervals: time is cut into
// buckets, so that short intervals meet few others.

#include "passes/memory_plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "graph/error.h"

namespace weft {
namespace {

std::size_t aligned(std::size_t bytes, std::size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

bool meet(const LiveInterval& a, const LiveInterval& b) { return a.first <= b.last && b.first <= a.last; }

/// Placed intervals by the buckets of time that they touch.
class Timeline {
 public:
  Timeline(std::span<const LiveInterval> intervals, std::uint32_t end)
      : intervals_(intervals), width_(end / bucket_count + 1), buckets_(bucket_count + 1) {}

  void insert(std::size_t index) {
    for (std::uint32_t b = bucket_of(intervals_[index].first); b <= bucket_of(intervals_[index].last); ++b)
      buckets_[b].push_back(index);
  }

  /// Calls `visit` with each placed interval that is live at the same time as this one: in the first bucket that both
  /// touch, so that none comes twice.
  template <typename Visit>
  void visit_meeting(std::size_t index, Visit&& visit) const {
    const LiveInterval& interval = intervals_[index];
    const std::uint32_t begin = bucket_of(interval.first);
    for (std::uint32_t b = begin; b <= bucket_of(interval.last); ++b)
      for (const std::size_t other : buckets_[b])
        if (meet(interval, intervals_[other]) && b == std::max(begin, bucket_of(intervals_[other].first))) visit(other);
  }

 private:
  std::uint32_t bucket_of(std::uint32_t step) const { return step / width_; }

  static constexpr std::uint32_t bucket_count = 256;
  std::span<const LiveInterval> intervals_;
  std::uint32_t width_;
  std::vector<std::vector<std::size_t>> buckets_;
};

std::uint32_t end_of(std::span<const LiveInterval> intervals) {
  std::uint32_t end = 0;
  for (const LiveInterval& interval : intervals) end = std::max(end, interval.last);
  return end;
}

/// Offsets by first fit in the given order.
std::vector<std::size_t> first_fit(std::span<const LiveInterval> intervals, std::span<const std::size_t> order,
                                   std::size_t alignment) {
  std::vector<std::size_t> offsets(intervals.size(), 0);
  Timeline timeline(intervals, end_of(intervals));
  std::vector<std::pair<std::size_t, std::size_t>> taken;  // begin and end of what is live at the same time
  for (const std::size_t index : order) {
    taken.clear();
    timeline.visit_meeting(index, [&](std::size_t other) {
      taken.emplace_back(offsets[other], offsets[other] + aligned(intervals[other].bytes, alignment));
    });
    std::ranges::sort(taken);
    std::size_t offset = 0;
    const std::size_t bytes = aligned(intervals[index].bytes, alignment);
    for (const auto& [begin, end] : taken) {
      if (offset + bytes <= begin) break;
      offset = std::max(offset, end);
    }
    offsets[index] = offset;
    timeline.insert(index);
  }
  return offsets;
}

std::size_t size_of_plan(std::span<const LiveInterval> intervals, std::span<const std::size_t> offsets,
                         std::size_t alignment) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i)
    bytes = std::max(bytes, offsets[i] + aligned(intervals[i].bytes, alignment));
  return bytes;
}

std::size_t most_live(std::span<const LiveInterval> intervals, std::size_t alignment) {
  std::vector<std::int64_t> change(end_of(intervals) + 2, 0);
  for (const LiveInterval& interval : intervals) {
    const auto bytes = static_cast<std::int64_t>(aligned(interval.bytes, alignment));
    change[interval.first] += bytes;
    change[interval.last + 1] -= bytes;
  }
  std::int64_t live = 0;
  std::int64_t most = 0;
  for (const std::int64_t delta : change) most = std::max(most, live += delta);
  return static_cast<std::size_t>(most);
}

/// Sweeps over time: at each interval's start, it must not overlap any that is live.
void prove_disjoint(std::span<const LiveInterval> intervals, std::span<const std::size_t> offsets) {
  Timeline timeline(intervals, end_of(intervals));
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    timeline.visit_meeting(i, [&](std::size_t other) {
      check_invariant(
          offsets[i] + intervals[i].bytes <= offsets[other] || offsets[other] + intervals[other].bytes <= offsets[i],
          "the memory plan lets intervals {} and {} overlap", other, i);
    });
    timeline.insert(i);
  }
}

}  // namespace

MemoryPlan plan_memory(std::span<const LiveInterval> intervals, std::size_t alignment) {
  MemoryPlan plan;
  plan.lower_bound = most_live(intervals, alignment);
  std::vector<std::size_t> order(intervals.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto by = [&](auto key) {
    std::vector<std::size_t> sorted = order;
    std::ranges::stable_sort(sorted, std::greater<>{}, [&](std::size_t i) { return key(intervals[i]); });
    return sorted;
  };
  const auto length = [](const LiveInterval& i) { return i.last - i.first; };
  const std::vector<std::vector<std::size_t>> orders{
      by([](const LiveInterval& i) { return i.bytes; }), by([&](const LiveInterval& i) {
        return std::pair{length(i), i.bytes};
      }),
      by([&](const LiveInterval& i) { return static_cast<double>(i.bytes) * (length(i) + 1); }), order};
  bool first = true;
  for (const std::vector<std::size_t>& candidate : orders) {
    std::vector<std::size_t> offsets = first_fit(intervals, candidate, alignment);
    const std::size_t bytes = size_of_plan(intervals, offsets, alignment);
    if (first || bytes < plan.bytes) {
      plan.offsets = std::move(offsets);
      plan.bytes = bytes;
    }
    first = false;
    if (plan.bytes == plan.lower_bound) break;
  }
  prove_disjoint(intervals, plan.offsets);
  return plan;
}

}  // namespace weft
