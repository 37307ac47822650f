#pragma once

namespace weft::nmt {

/// While it lives, SIGINT and SIGTERM are noted instead of ending the program; the second of them ends it.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// The signal that came, or 0.
  static int signal();
};

}  // namespace weft::nmt
