#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace weft::onednn {

/// Work (in elements touched) below which waking a second thread costs more than it saves.
inline constexpr std::int64_t least_parallel_work = 16384;

/// While it lives, parallel regions that the calling thread opens have that many threads.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~ThreadLimit() { omp_set_num_threads(before_); }
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  int before_;
};

/// Items [first, last).
struct Range {
  std::int64_t first;
  std::int64_t last;
  std::int64_t size() const { return last - first; }
};

/// One thread's part in a parallel region.
struct ThreadShare {
  std::int64_t thread = 0;
  std::int64_t threads = 1;

  /// Its part of `count` items; all but the last part are multiples of `granularity`.
  Range of(std::int64_t count, std::int64_t granularity = 1) const {
    const std::int64_t blocks = (count + granularity - 1) / granularity;
    return {std::min(count, blocks * thread / threads * granularity),
            std::min(count, blocks * (thread + 1) / threads * granularity)};
  }
};

/// Calls body(share) on every thread; on the caller's alone when the work is small. The body must not throw.
template <typename Body>
void parallel_region(std::int64_t work, const Body& body) {
  if (work < least_parallel_work || omp_get_max_threads() == 1) {
    body(ThreadShare{});
    return;
  }
#pragma omp parallel
  body(ThreadShare{omp_get_thread_num(), omp_get_num_threads()});
}

/// Calls body(range) with parts of [0, count), each on a thread of its own.
template <typename Body>
void parallel_for(std::int64_t count, std::int64_t work_per_item, const Body& body) {
  parallel_region(count * work_per_item, [&](const ThreadShare& share) {
    const Range range = share.of(count);
    if (range.size() > 0) body(range);
  });
}

/// The same for elements of arrays: parts begin at multiples of a cache line.
template <typename Body>
void parallel_elements(std::int64_t count, const Body& body) {
  parallel_region(count, [&](const ThreadShare& share) {
    const Range range = share.of(count, 64);
    if (range.size() > 0) body(range);
  });
}

}  // namespace weft::onednn
