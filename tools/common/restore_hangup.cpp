#include "tools/common/restore_hangup.h"

#include <csignal>

namespace weft::tool {
namespace {

struct sigaction inherited {};

/// Before any library is initialised, the sanitizers' too.
__attribute__((no_sanitize("address", "undefined", "thread"))) void remember_hangup(int, char**, char**) {
  sigaction(SIGHUP, nullptr, &inherited);
}

// What the loader calls before the constructors of libraries (System V ABI, "Initialization and Termination Functions").
__attribute__((section(".preinit_array"), used)) void (*const remember_at_start)(int, char**, char**) = remember_hangup;

}  // namespace

void restore_hangup() { sigaction(SIGHUP, &inherited, nullptr); }

}  // namespace weft::tool
