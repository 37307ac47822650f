#include "models/training/run/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "graph/base/error.h"
#include "graph/base/number_text.h"
#include "models/training/run/run_files.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_file = "lock";

/// " (process 1234)", as the holder wrote it; empty when it has not yet.
std::string holder(int file) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  const auto process = parse_integer({text.data(), size < 0 ? 0 : static_cast<std::size_t>(size)});
  return process ? fmt::format(" (process {})", *process) : "";
}

/// Throws Error when another one holds it.
void lock(int file, const fs::path& run, const RunWriter& writer) {
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == ENOSYS || errno == EOPNOTSUPP || errno == ENOLCK) return;
    require(errno == EWOULDBLOCK, "cannot lock the run directory '{}': {}", run.string(), std::strerror(errno));
    fail("another {}{} is writing to '{}'; wait for its end, stop it, or {}", writer.name, holder(file), run.string(),
         writer.elsewhere);
  }
}

/// Whether the file has lost its name: its holder removed it between our opening and our locking it.
bool is_removed(int file) {
  struct stat status {};
  return ::fstat(file, &status) == 0 && status.st_nlink == 0;
}

std::unique_ptr<Descriptor> open_locked(const fs::path& run, const RunWriter& writer) {
  const fs::path path = RunLock::path(run);
  for (;;) {
    auto file = std::make_unique<Descriptor>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    require(file->get() >= 0, "cannot write '{}': {}", path.string(), std::strerror(errno));
    lock(file->get(), run, writer);
    if (!is_removed(file->get())) return file;
  }
}

/// For the message that another process gives; it can do without when the disk is full.
void write_process(int file) {
  const std::string process = std::to_string(::getpid());
  if (::ftruncate(file, 0) == 0) static_cast<void>(::pwrite(file, process.data(), process.size(), 0) == 0);
}

}  // namespace

RunLock::RunLock(const fs::path& run, const RunWriter& writer)
    : run_(run), made_folder_(make_run_folder(run)), file_(open_locked(run, writer)) {
  write_process(file_->get());
}

fs::path RunLock::path(const fs::path& run) { return run / lock_file; }

bool RunLock::is_held(const fs::path& run) {
  const Descriptor file(::open(path(run).c_str(), O_RDONLY | O_CLOEXEC));
  return file.get() >= 0 && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

RunLock::~RunLock() {
  std::error_code ignored;
  fs::remove(path(run_), ignored);
  if (made_folder_) fs::remove(run_, ignored);  // which fails when something is in it
}

}  // namespace weft
