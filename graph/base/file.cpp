#include "graph/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "graph/base/error.h"

namespace weft {
namespace {

/// Two writers of one path, in one process or in several, must not share a temporary file.
std::string temporary_name(const std::filesystem::path& path) {
  static std::atomic<unsigned> count = 0;
  return fmt::format("{}.tmp-{}-{}", path.string(), ::getpid(), count++);
}

/// Makes a rename durable; a file system that cannot sync a folder is not an error.
void sync_folder(const std::filesystem::path& folder) {
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

/// The path, when a file may be put there. A rename over a device or pipe would replace it.
std::filesystem::path replaceable(std::filesystem::path path) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  require(!std::filesystem::is_directory(status), "cannot write '{}': it is a directory", path.string());
  require(!std::filesystem::exists(status) || std::filesystem::is_regular_file(status),
          "cannot write '{}': it is not a regular file", path.string());
  return path;
}

}  // namespace

bool Descriptor::close() {
  const int descriptor = std::exchange(descriptor_, -1);
  return descriptor < 0 || ::close(descriptor) == 0;
}

FileReader::FileReader(const std::filesystem::path& path)
    : FileReader(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

FileReader FileReader::standard_input() { return {"standard input", ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)}; }

FileReader::FileReader(std::filesystem::path path, int descriptor) : path_(std::move(path)), file_(descriptor) {
  require(file_.get() >= 0, "cannot read '{}': {}", path_.string(), std::strerror(errno));
  struct stat status {};
  require(::fstat(file_.get(), &status) == 0, "cannot read '{}': {}", path_.string(), std::strerror(errno));
  require(!S_ISDIR(status.st_mode), "cannot read '{}': it is a directory, a file is needed", path_.string());
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::size_t FileReader::read(std::span<std::byte> destination) {
  std::size_t filled = 0;
  while (filled < destination.size()) {
    const ssize_t got = ::read(file_.get(), destination.data() + filled, destination.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, "cannot read '{}': {}", path_.string(), std::strerror(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

void FileReader::read_at(std::uint64_t offset, std::span<std::byte> destination) const {
  while (!destination.empty()) {
    const ssize_t got = ::pread(file_.get(), destination.data(), destination.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, "cannot read '{}': {}", path_.string(), std::strerror(errno));
    require(got > 0, "cannot read '{}': it ends {} bytes too early", path_.string(), destination.size());
    offset += static_cast<std::uint64_t>(got);
    destination = destination.subspan(static_cast<std::size_t>(got));
  }
}

std::string FileReader::read_rest(std::uint64_t max_bytes) {
  require(size_ <= max_bytes, "cannot read '{}': {} bytes, the limit is {}", path_.string(), size_, max_bytes);
  // One byte more than the file should have, to see its end; a pipe, whose size is not known, grows by steps.
  constexpr std::size_t step = std::size_t{1} << 16;
  std::string content;
  std::size_t size = 0;
  std::size_t wanted = static_cast<std::size_t>(size_) + 1;
  while (true) {
    content.resize(size + wanted);
    const std::size_t got = read(std::as_writable_bytes(std::span(content)).subspan(size));
    size += got;
    require(size <= max_bytes, "cannot read '{}': more than {} bytes", path_.string(), max_bytes);
    if (got < wanted) break;
    wanted = step;
  }
  content.resize(size);
  return content;
}

FileWriter::FileWriter(std::filesystem::path path)
    : path_(replaceable(std::move(path))),
      temporary_(temporary_name(path_)),
      file_(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (file_.get() < 0) fail_with(errno);
}

FileWriter::~FileWriter() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void FileWriter::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail_with(written < 0 ? errno : ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void FileWriter::append(std::string_view text) { append(std::as_bytes(std::span(text.data(), text.size()))); }

void FileWriter::commit() {
  if (::fsync(file_.get()) != 0 || !file_.close()) fail_with(errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail_with(errno);
  committed_ = true;
  sync_folder(path_.has_parent_path() ? path_.parent_path() : ".");
}

void FileWriter::fail_with(int error) const {
  std::error_code unseen;
  fail("cannot write '{}': {}{}", path_.string(), std::strerror(error),
       std::filesystem::exists(path_, unseen) ? "; the earlier file is left as it was" : "");
}

std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  FileReader reader(path);
  return reader.read_rest(max_bytes);
}

std::string read_standard_input(std::uint64_t max_bytes) { return FileReader::standard_input().read_rest(max_bytes); }

void write_file(const std::filesystem::path& path, std::string_view content) {
  FileWriter writer(path);
  writer.append(content);
  writer.commit();
}

}  // namespace weft
