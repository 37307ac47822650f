#include "tools/weft-nmt/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "graph/error.h"

namespace weft::nmt {
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

void print(std::string_view text) {
  require(write_all(STDOUT_FILENO, text), "cannot write to standard output: {}", std::strerror(errno));
}

void say(std::string_view line) { write_all(STDERR_FILENO, std::string(line) + "\n"); }

}  // namespace weft::nmt
