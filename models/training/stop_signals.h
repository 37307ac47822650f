#pragma once

#include <functional>
#include <thread>

namespace weft {

/// While it lives, Ctrl-C, SIGTERM and SIGHUP are waited for on a thread of its own, and interrupt no other. The first
/// of them calls a function there, which may do anything, and the second ends the program. One that the program was
/// started to ignore (nohup) stays ignored. To be made before all other threads, which inherit that they are not
/// interrupted.
///
/// No handler may run on a thread that computes: while oneDNN 2.6 runs sgemm, the stack pointer may point to working
/// memory from malloc, and the system would put the handler's frame over what stands before that in the heap.
class StopSignals {
 public:
  /// `on_stop` is given the signal, and returns whether the program will stop by itself; if not, the signal ends it.
  explicit StopSignals(std::function<bool(int signal)> on_stop);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  std::thread thread_;
};

}  // namespace weft
