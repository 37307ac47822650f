#include "tools/weft/shell_check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "graph/base/error.h"

namespace weft::tool {
namespace {

/// As one word of the shell.
std::string shell_quoted(const std::string& text) {
  std::string word = "'";
  for (const char letter : text) word += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return word + "'";
}

std::string with_path(std::string command, const std::string& path) {
  constexpr std::string_view place = "{}";
  const std::string word = shell_quoted(path);
  std::size_t at = command.find(place);
  if (at == std::string::npos) return command + " " + word;
  for (; at != std::string::npos; at = command.find(place, at + word.size())) command.replace(at, place.size(), word);
  return command;
}

/// The child, from its birth: calls nothing that is unsafe after a fork.
[[noreturn]] void become_shell(const char* command, bool quiet) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(quiet ? nothing : STDERR_FILENO, STDOUT_FILENO);
  if (quiet) ::dup2(nothing, STDERR_FILENO);
  ::execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
  ::_exit(127);
}

}  // namespace

ShellCheck::Outcome ShellCheck::run(const std::filesystem::path& file) const {
  const std::string command = with_path(command_, file.string());
  const pid_t child = ::fork();
  require(child >= 0, "the check cannot be started: {}", std::strerror(errno));
  if (child == 0) become_shell(command.c_str(), quiet_);
  ::setpgid(child, child);  // whoever of the two comes first
  const auto end = std::chrono::steady_clock::now() + limit_;
  auto pause = std::chrono::milliseconds(1);
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    require(ended >= 0 || errno == EINTR, "the check cannot be waited for: {}", std::strerror(errno));
    if (ended == child) break;
    if (std::chrono::steady_clock::now() >= end) {
      ::kill(-child, SIGKILL);
      while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      return Outcome::timed_out;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::milliseconds(20));
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Outcome::succeeded : Outcome::failed;
}

}  // namespace weft::tool
