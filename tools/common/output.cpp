#include "tools/common/output.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "graph/base/error.h"

namespace weft::tool {
namespace {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

void outlive_readers() { std::signal(SIGPIPE, SIG_IGN); }

void print(std::string_view text) {
  if (write_all(STDOUT_FILENO, text)) return;
  const int error = errno;
  if (error == EPIPE) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  fail("cannot write to standard output: {}", std::strerror(error));
}

void say(std::string_view line) { write_all(STDERR_FILENO, std::string(line) + "\n"); }

}  // namespace weft::tool
