#include "tools/weft-nmt/interrupt.h"

#include <atomic>

namespace weft::nmt {
namespace {

std::atomic<bool> guarded = false;
std::atomic<int> noted_signal = 0;

}  // namespace

InterruptGuard::InterruptGuard() {
  noted_signal = 0;
  guarded = true;
}

InterruptGuard::~InterruptGuard() { guarded = false; }

bool InterruptGuard::note(int signal) {
  if (!guarded) return false;
  noted_signal = signal;
  return true;
}

int InterruptGuard::signal() { return noted_signal; }

}  // namespace weft::nmt
