// First fit over sorted intervals, tried in several orders.
//
//   intervals (time ->)        placed, largest first (address ^)
//   a |====|      8 MB              |bb|  4
//   b    |==|     4 MB         |aaaa|     0..8
//   c       |==|  8 MB                 |cc|  0..8
//
// To place an interval is to find the lowest gap in the addresses that are taken at any time of its life. A tree over
// time knows these: each of its nodes stands for a run of steps and keeps the addresses that are taken
//   - at any step of the run (`touched`), and
//   - throughout the run, by an interval that was entered there (`covered`),
// as disjoint ranges, neighbours merged. An interval's life is made of O(log n) runs; what is taken in it is touched in
// one of them or covered in an ancestor of one. Hundreds of long-lived values that lie side by side are one range
// there, so that the short-lived ones above them need not look at each.
//
// When the best order leaves intervals above the lower bound, one of those is placed earlier, again and again, and
// stays there unless the plan becomes larger. This goes on while it may: all visits together are bounded by n log n. An
// order that reaches the bound midway puts the rest on top of all that they meet, which is a plan as well. Of a few
// intervals all orders are tried: one of them makes the smallest plan, as in some smallest plan each interval lies at 0
// or on top of one that it meets.

#include "passes/memory/memory_plan.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <random>
#include <tuple>
#include <utility>

#include "graph/base/error.h"

namespace weft {
namespace {

std::size_t aligned(std::size_t bytes, std::size_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

std::uint32_t end_of(std::span<const LiveInterval> intervals) {
  std::uint32_t end = 0;
  for (const LiveInterval& interval : intervals) end = std::max(end, interval.last);
  return end;
}

/// A set of addresses, as disjoint ranges by rising address that do not touch.
class AddressSet {
 public:
  /// Adds begin to end, the end excluded.
  void add(std::size_t begin, std::size_t end) {
    auto first = std::ranges::lower_bound(ranges_, begin, {}, &Range::end);
    auto last = first;
    for (; last != ranges_.end() && last->begin <= end; ++last) {
      begin = std::min(begin, last->begin);
      end = std::max(end, last->end);
    }
    if (first == last) {
      ranges_.insert(first, {begin, end});
    } else {
      *first = {begin, end};
      ranges_.erase(first + 1, last);
    }
  }

  /// The end of the last range that reaches into begin to end; `begin` when none does.
  std::size_t end_of_conflict(std::size_t begin, std::size_t end) const {
    const auto after = std::ranges::lower_bound(ranges_, end, {}, &Range::begin);
    return after == ranges_.begin() ? begin : std::max(begin, (after - 1)->end);
  }

  std::size_t end() const { return ranges_.empty() ? 0 : ranges_.back().end; }
  bool empty() const { return ranges_.empty(); }

 private:
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Range> ranges_;
};

/// Which addresses are taken when.
class Occupancy {
 public:
  explicit Occupancy(std::uint32_t steps)
      : leaves_(std::bit_ceil(std::max(steps, 1U))), touched_(std::size_t{2} * leaves_), covered_(touched_.size()) {}

  /// Enters bytes at an offset from one step to another, both included.
  void take(std::size_t offset, std::size_t bytes, const LiveInterval& life) {
    if (bytes == 0) return;
    for_runs(life, [&](std::size_t run) {
      covered_[run].add(offset, offset + bytes);
      touched_[run].add(offset, offset + bytes);
    });
    for_ancestors(life, [&](std::size_t run) { touched_[run].add(offset, offset + bytes); });
  }

  /// The lowest offset at which so many bytes are free throughout that life.
  std::size_t lowest_gap(std::size_t bytes, const LiveInterval& life) {
    if (bytes == 0) return 0;
    gather(life);
    std::size_t offset = 0;
    // Goes round until all sets in turn have had nothing against the offset.
    for (std::size_t content = 0, next = 0; content < sets_.size(); next = (next + 1) % sets_.size()) {
      ++visits_;
      const std::size_t end = sets_[next]->end_of_conflict(offset, offset + bytes);
      content = end == offset ? content + 1 : 0;
      offset = end;
    }
    return offset;
  }

  /// The lowest offset above all that is ever taken during that life.
  std::size_t top(const LiveInterval& life) {
    gather(life);
    std::size_t top = 0;
    for (const AddressSet* set : sets_) top = std::max(top, set->end());
    return top;
  }

  std::size_t visits() const { return visits_; }

 private:
  /// The fewest runs that make up a life. Run 1 is the whole time, runs 2 i and 2 i + 1 are the halves of run i.
  template <typename Visit>
  void for_runs(const LiveInterval& life, Visit&& visit) const {
    std::size_t low = life.first + std::size_t{leaves_};
    std::size_t high = life.last + std::size_t{leaves_} + 1;
    for (; low < high; low /= 2, high /= 2) {
      if (low % 2 == 1) visit(low++);
      if (high % 2 == 1) visit(--high);
    }
  }

  /// The runs that hold part of a life and reach beyond it.
  template <typename Visit>
  void for_ancestors(const LiveInterval& life, Visit&& visit) const {
    std::size_t low = life.first + std::size_t{leaves_};
    std::size_t high = life.last + std::size_t{leaves_};
    for (std::size_t width = 1; low >= 1; low /= 2, high /= 2, width *= 2) {
      const auto reaches_beyond = [&](std::size_t run) {
        const std::size_t begin = run * width - leaves_;
        return begin < life.first || begin + width - 1 > life.last;
      };
      if (reaches_beyond(low)) visit(low);
      if (high != low && reaches_beyond(high)) visit(high);
    }
  }

  void gather(const LiveInterval& life) {
    sets_.clear();
    const auto note = [this](const AddressSet& set) {
      if (!set.empty()) sets_.push_back(&set);
    };
    for_runs(life, [&](std::size_t run) { note(touched_[run]); });
    for_ancestors(life, [&](std::size_t run) { note(covered_[run]); });
    visits_ += sets_.size();
  }

  std::uint32_t leaves_;
  std::vector<AddressSet> touched_;
  std::vector<AddressSet> covered_;
  std::vector<const AddressSet*> sets_;
  std::size_t visits_ = 0;
};

using Order = std::vector<std::size_t>;

class MemoryPlanner {
 public:
  MemoryPlanner(std::span<const LiveInterval> intervals, std::size_t alignment)
      : intervals_(intervals), alignment_(alignment), steps_(end_of(intervals) + 1) {
    const std::size_t n = intervals.size();
    visit_limit_ = n <= few ? SIZE_MAX : (n + 1) * std::bit_width(n) * visits_for_each;
    peak_ = find_peak(intervals, alignment);
    plan_.lower_bound = peak_.bytes;
    plan_.offsets.assign(n, 0);
  }

  MemoryPlan run() {
    Order best;
    for (Order& order : orders()) {
      if (try_order(order)) best = std::move(order);
      if (good_enough()) break;
    }
    if (intervals_.size() <= few)
      try_all_orders();
    else
      improve(best);
    prove_disjoint();
    return std::move(plan_);
  }

 private:
  std::size_t size(std::size_t index) const { return aligned(intervals_[index].bytes, alignment_); }

  /// Orders that suit different graphs.
  std::vector<Order> orders() const {
    Order as_they_come(intervals_.size());
    std::iota(as_they_come.begin(), as_they_come.end(), std::size_t{0});
    const auto by = [&](auto key) {
      Order sorted = as_they_come;
      std::ranges::stable_sort(sorted, std::greater<>{}, [&](std::size_t i) { return key(intervals_[i]); });
      return sorted;
    };
    const auto length = [](const LiveInterval& i) { return i.last - i.first; };
    const auto area = [&](const LiveInterval& i) { return static_cast<double>(i.bytes) * (length(i) + 1.0); };
    const auto at_peak = [&](const LiveInterval& i) { return i.first <= peak_.step && peak_.step <= i.last; };
    return {by([](const LiveInterval& i) { return i.bytes; }),
            by([&](const LiveInterval& i) {
              return std::pair{length(i), i.bytes};
            }),
            by(area),
            by([&](const LiveInterval& i) {
              return std::tuple{at_peak(i), at_peak(i) ? length(i) : 0U, i.bytes};
            }),
            by([&](const LiveInterval& i) {
              return std::pair{at_peak(i), area(i)};
            }),
            by([](const LiveInterval& i) { return i.last; }),
            as_they_come};
  }

  /// First fit in that order. Returns whether it made the best plan so far.
  bool try_order(const Order& order) {
    Occupancy occupancy(steps_);
    offsets_.resize(order.size());
    bytes_ = 0;
    for (const std::size_t index : order) {
      const LiveInterval& interval = intervals_[index];
      const bool may_search = plan_.visits + occupancy.visits() < visit_limit_;
      offsets_[index] = may_search ? occupancy.lowest_gap(size(index), interval) : occupancy.top(interval);
      bytes_ = std::max(bytes_, offsets_[index] + size(index));
      occupancy.take(offsets_[index], size(index), interval);
    }
    plan_.visits += occupancy.visits();
    if (has_plan_ && bytes_ >= plan_.bytes) return false;
    has_plan_ = true;
    plan_.bytes = bytes_;
    plan_.offsets = offsets_;
    return true;
  }

  void try_all_orders() {
    Order order(intervals_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do try_order(order);
    while (!good_enough() && std::ranges::next_permutation(order).found);
  }

  /// Hill climbing from the best order: an interval that reaches above the lower bound is moved to an earlier place,
  /// drawn at random (from a fixed seed), and stays there unless that makes the plan larger.
  void improve(Order order) {
    std::minstd_rand draw;
    std::vector<std::size_t> offsets = plan_.offsets;
    std::size_t bytes = plan_.bytes;
    for (std::size_t round = 0; round < most_rounds && !good_enough() && plan_.visits < visit_limit_; ++round) {
      const Order before = order;
      std::vector<std::size_t> high;  // places in the order
      for (std::size_t place = 1; place < order.size(); ++place)
        if (offsets[order[place]] + size(order[place]) > plan_.lower_bound) high.push_back(place);
      if (high.empty()) return;  // the first in the order alone is larger than the bound
      const auto from = order.begin() + static_cast<std::ptrdiff_t>(high[draw() % high.size()]);
      const auto to =
          order.begin() + static_cast<std::ptrdiff_t>(draw() % static_cast<std::size_t>(from - order.begin()));
      std::rotate(to, from, from + 1);
      try_order(order);
      if (bytes_ > bytes) {
        order = before;
      } else {
        bytes = bytes_;
        offsets = offsets_;
      }
    }
  }

  /// Within half a hundredth of the lower bound: the rest is not worth anybody's time.
  bool good_enough() const { return plan_.bytes <= plan_.lower_bound + plan_.lower_bound / 200; }

  /// Enters all intervals by rising address into a tree over time: each must begin where all that it meets has ended.
  void prove_disjoint() const {
    Order order(intervals_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t index) { return plan_.offsets[index]; });
    Occupancy occupancy(steps_);
    for (const std::size_t index : order) {
      if (intervals_[index].bytes == 0) continue;
      check_invariant(occupancy.top(intervals_[index]) <= plan_.offsets[index],
                      "the memory plan lets interval {} at {} overlap another one", index, plan_.offsets[index]);
      occupancy.take(plan_.offsets[index], intervals_[index].bytes, intervals_[index]);
    }
  }

  static constexpr std::size_t few = 6;
  static constexpr std::size_t visits_for_each = 150;
  static constexpr std::size_t most_rounds = 400;
  std::span<const LiveInterval> intervals_;
  std::size_t alignment_;
  std::uint32_t steps_;
  std::size_t visit_limit_ = 0;
  Peak peak_;
  MemoryPlan plan_;
  bool has_plan_ = false;
  // Of the order tried last:
  std::vector<std::size_t> offsets_;
  std::size_t bytes_ = 0;
};

}  // namespace

Peak find_peak(std::span<const LiveInterval> intervals, std::size_t alignment) {
  std::vector<std::int64_t> change(std::size_t{end_of(intervals)} + 2, 0);
  for (const LiveInterval& interval : intervals) {
    const auto bytes = static_cast<std::int64_t>(aligned(interval.bytes, alignment));
    change[interval.first] += bytes;
    change[std::size_t{interval.last} + 1] -= bytes;
  }
  std::int64_t live = 0;
  Peak peak;
  for (std::uint32_t step = 0; step + 1 < change.size(); ++step) {
    live += change[step];
    if (live > static_cast<std::int64_t>(peak.bytes)) peak = {static_cast<std::size_t>(live), step};
  }
  return peak;
}

MemoryPlan plan_memory(std::span<const LiveInterval> intervals, std::size_t alignment) {
  return MemoryPlanner(intervals, alignment).run();
}

}  // namespace weft
