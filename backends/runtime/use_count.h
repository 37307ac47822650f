#pragma once

#include <atomic>

namespace weft {

/// Who uses something at the moment: any number that read it, or one that writes it. Nobody waits: who comes too late
/// is told so.
class UseCount {
 public:
  bool try_read() {
    int readers = count_.load(std::memory_order_relaxed);
    while (readers >= 0)
      if (count_.compare_exchange_weak(readers, readers + 1, std::memory_order_acquire)) return true;
    return false;
  }
  void end_read() { count_.fetch_sub(1, std::memory_order_release); }

  bool try_write() {
    int nobody = 0;
    return count_.compare_exchange_strong(nobody, writing, std::memory_order_acquire);
  }
  void end_write() { count_.store(0, std::memory_order_release); }

 private:
  static constexpr int writing = -1;
  std::atomic<int> count_ = 0;
};

}  // namespace weft
