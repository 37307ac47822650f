#include "tools/weft-nmt/stop_signals.h"

#include <pthread.h>

#include <csignal>
#include <initializer_list>
#include <utility>

namespace weft::nmt {
namespace {

constexpr int kEnd = SIGUSR1;  // wakes the thread when it is no longer needed

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

int wait_for(const sigset_t& set) {
  int signal = 0;
  sigwait(&set, &signal);
  return signal;
}

}  // namespace

StopSignals::StopSignals(std::function<void()> on_stop) {
  const sigset_t all = set_of({SIGINT, SIGTERM, kEnd});
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  thread_ = std::thread([all, on_stop = std::move(on_stop)] {
    if (wait_for(all) == kEnd) return;
    on_stop();
    const sigset_t stopping = set_of({SIGINT, SIGTERM});
    pthread_sigmask(SIG_UNBLOCK, &stopping, nullptr);
    wait_for(set_of({kEnd}));
  });
}

StopSignals::~StopSignals() {
  pthread_kill(thread_.native_handle(), kEnd);
  thread_.join();
}

}  // namespace weft::nmt
