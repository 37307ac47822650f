#pragma once

namespace weft::nmt {

/// While one lives, a signal that asks the program to stop is noted instead of ending it (StopSignals).
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// Notes a signal, on any thread. Returns false, and does nothing, while no guard lives.
  static bool note(int signal);
  /// The signal that came, or 0.
  static int signal();
};

}  // namespace weft::nmt
