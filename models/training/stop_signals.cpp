#include "models/training/stop_signals.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace weft {
namespace {

constexpr int end = SIGUSR1;  // wakes the thread when it is no longer needed

sigset_t none() {
  sigset_t set;
  sigemptyset(&set);
  return set;
}

sigset_t with(sigset_t set, int signal) {
  sigaddset(&set, signal);
  return set;
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Those that ask the program to stop: the terminal, the system, and a terminal or connection that has gone.
sigset_t stop_signals() {
  sigset_t set = none();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    if (!is_ignored(signal)) set = with(set, signal);
  return set;
}

int wait_for(const sigset_t& set) {
  int signal = 0;
  sigwait(&set, &signal);
  return signal;
}

}  // namespace

StopSignals::StopSignals(std::function<bool(int)> on_stop) {
  const sigset_t stopping = stop_signals();
  const sigset_t all = with(stopping, end);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  thread_ = std::thread([stopping, all, on_stop = std::move(on_stop)] {
    const int signal = wait_for(all);
    if (signal == end) return;
    const bool goes_on = on_stop(signal);
    pthread_sigmask(SIG_UNBLOCK, &stopping, nullptr);
    if (!goes_on) std::raise(signal);
    wait_for(with(none(), end));
  });
}

StopSignals::~StopSignals() {
  pthread_kill(thread_.native_handle(), end);
  thread_.join();
}

}  // namespace weft
