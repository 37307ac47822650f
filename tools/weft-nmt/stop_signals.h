#pragma once

#include <functional>
#include <thread>

namespace weft::nmt {

/// While it lives, the first SIGINT or SIGTERM calls a function, from a thread of its own, so that it may do anything;
/// the second ends the program. To be made before all other threads, which inherit that they are not interrupted.
class StopSignals {
 public:
  explicit StopSignals(std::function<void()> on_stop);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  std::thread thread_;
};

}  // namespace weft::nmt
