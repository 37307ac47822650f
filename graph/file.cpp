#include "graph/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "graph/error.h"

namespace weft {
namespace {

/// Closes a file descriptor when it leaves the scope.
struct Descriptor {
  int fd;
  explicit Descriptor(int descriptor) : fd(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

void write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw Error(std::strerror(written < 0 ? errno : ENOSPC));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Makes a rename durable; a file system that cannot sync a folder is not an error.
void sync_folder(const std::filesystem::path& folder) {
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.fd >= 0) ::fsync(directory.fd);
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  require(file.fd >= 0, "cannot read '{}': {}", path.string(), std::strerror(errno));
  struct stat status {};
  require(::fstat(file.fd, &status) == 0, "cannot read '{}': {}", path.string(), std::strerror(errno));
  require(!S_ISDIR(status.st_mode), "cannot read '{}': it is a directory, a file is needed", path.string());
  require(static_cast<std::uint64_t>(status.st_size) <= max_bytes, "cannot read '{}': {} bytes, the limit is {}",
          path.string(), status.st_size, max_bytes);

  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (true) {  // to the end of the file, which for a pipe is not known beforehand
    if (size == content.size()) content.resize(size + (std::size_t{1} << 16));
    const ssize_t got = ::read(file.fd, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, "cannot read '{}': {}", path.string(), std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    require(size <= max_bytes, "cannot read '{}': more than {} bytes", path.string(), max_bytes);
  }
  content.resize(size);
  return content;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  require(!std::filesystem::is_directory(path), "cannot write '{}': it is a directory", path.string());
  const std::string temporary = fmt::format("{}.tmp-{}", path.string(), ::getpid());
  try {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.fd < 0) throw Error(std::strerror(errno));
    write_all(file.fd, content);
    if (::fsync(file.fd) != 0) throw Error(std::strerror(errno));
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw Error(std::strerror(errno));
  } catch (const Error& error) {
    ::unlink(temporary.c_str());
    fail("cannot write '{}': {}; an earlier file is left as it was", path.string(), error.what());
  }
  sync_folder(folder);
}

}  // namespace weft
