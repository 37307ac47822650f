#include "models/training/run/run_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/file.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unfinished_mark = ".tmp-";  // FileWriter's

bool ends_within_line(int descriptor) {
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  return size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

bool make_run_folder(const fs::path& folder) {
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  require(!error && fs::is_directory(folder), "cannot make the run directory '{}': {}", folder.string(),
          error ? error.message() : "a file of that name is in the way");
  return made;
}

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  require(!error, "cannot remove '{}': {}", path.string(), error.message());
}

void remove_unfinished(const fs::path& folder, const std::function<bool(const std::string&)>& is_of_run) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const std::size_t end = name.rfind(unfinished_mark);
    if (end != std::string::npos && is_of_run(name.substr(0, end))) files.push_back(entry.path());
  }
  for (const fs::path& file : files) remove_file(file);
}

void append_line(const fs::path& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  require(file.get() >= 0, "cannot write '{}': {}", path.string(), std::strerror(errno));
  const std::string line = fmt::format("{}{}\n", ends_within_line(file.get()) ? "\n" : "", text);
  const ssize_t written = ::write(file.get(), line.data(), line.size());
  require(written >= 0, "cannot write '{}': {}", path.string(), std::strerror(errno));
  require(std::cmp_equal(written, line.size()), "cannot write '{}': {}", path.string(), std::strerror(ENOSPC));
}

}  // namespace weft
