#include "tools/weft-nmt/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace weft::nmt {
namespace {

volatile std::sig_atomic_t noted_signal = 0;

void note(int signal) { noted_signal = signal; }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second signal finds the default
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  noted_signal = 0;
  for (const int signal : {SIGINT, SIGTERM}) handle(signal, note);
}

InterruptGuard::~InterruptGuard() {
  for (const int signal : {SIGINT, SIGTERM}) handle(signal, SIG_DFL);
}

int InterruptGuard::signal() { return noted_signal; }

}  // namespace weft::nmt
