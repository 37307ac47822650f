#include "graph/base/file.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "graph/base/error.h"
#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;

namespace {

/// While it lives, no file of this process grows past that size: what a full disk does, in one place.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

std::size_t files_in(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path), {}));
}

}  // namespace

TEST_CASE("what is written is read") {
  const TemporaryFolder folder;
  for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 300'000UL}) {
    std::string content(size, 'x');
    if (size > 0) content.back() = '\0';
    write_file(folder / "file", content);
    CHECK(read_file(folder / "file") == content);
  }
  CHECK(files_in(folder) == 1);
}

TEST_CASE("errors of reading name the path") {
  const TemporaryFolder folder;
  const std::string missing = (folder / "missing").string();
  CHECK(message_of([&] { read_file(missing); }) == fmt::format("cannot read '{}': No such file or directory", missing));
  CHECK(message_of([&] { read_file(folder.path); }) ==
        fmt::format("cannot read '{}': it is a directory, a file is needed", folder.path.string()));
  write_file(folder / "file", "12345");
  CHECK(message_of([&] { read_file(folder / "file", 4); }) ==
        fmt::format("cannot read '{}': 5 bytes, the limit is 4", (folder / "file").string()));
  CHECK(read_file(folder / "file", 5) == "12345");
  CHECK(message_of([&] { read_file("/dev/zero", 100); }) == "cannot read '/dev/zero': more than 100 bytes");
}

TEST_CASE("a pipe, whose size is not known, is read to its end") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const std::string content(200'000, 'p');
  std::string read;
  std::thread reader([&] { read = read_file(path); });
  std::FILE* pipe = std::fopen(path.c_str(), "w");
  REQUIRE(pipe != nullptr);
  std::fwrite(content.data(), 1, content.size(), pipe);
  std::fclose(pipe);
  reader.join();
  CHECK(read == content);
}

TEST_CASE("errors of writing name the path") {
  const TemporaryFolder folder;
  CHECK(message_of([&] { write_file(folder.path, "x"); }) ==
        fmt::format("cannot write '{}': it is a directory", folder.path.string()));
  const std::string nowhere = (folder / "no/such/file").string();
  CHECK(message_of([&] { write_file(nowhere, "x"); }) ==
        fmt::format("cannot write '{}': No such file or directory", nowhere));
  CHECK(message_of([] { write_file("/dev/full", "x"); }) == "cannot write '/dev/full': it is not a regular file");
}

TEST_CASE("a folder that may not be written to is an error") {
  if (::geteuid() == 0) return;  // who may write everywhere cannot be refused
  const TemporaryFolder folder;
  ::chmod(folder.path.c_str(), 0500);
  const std::string path = (folder / "file").string();
  CHECK(message_of([&] { write_file(path, "x"); }) == fmt::format("cannot write '{}': Permission denied", path));
  ::chmod(folder.path.c_str(), 0700);
}

TEST_CASE("when the disk is full the earlier file stays and nothing is left behind") {
  const TemporaryFolder folder;
  write_file(folder / "file", "earlier");
  {
    const FileSizeLimit limit(1000);
    CHECK(message_of([&] { write_file(folder / "file", std::string(5000, 'x')); }) ==
          fmt::format("cannot write '{}': File too large; the earlier file is left as it was",
                      (folder / "file").string()));
  }
  CHECK(read_file(folder / "file") == "earlier");
  CHECK(files_in(folder) == 1);
  {
    const FileSizeLimit limit(1000);
    CHECK(message_of([&] { write_file(folder / "new", std::string(5000, 'x')); }) ==
          fmt::format("cannot write '{}': File too large", (folder / "new").string()));
  }
}

TEST_CASE("a file that is written in pieces appears when it is whole") {
  const TemporaryFolder folder;
  write_file(folder / "file", "earlier");
  {
    FileWriter writer(folder / "file");
    writer.append("one ");
    writer.append("two");
    CHECK(read_file(folder / "file") == "earlier");
    writer.commit();
  }
  CHECK(read_file(folder / "file") == "one two");
  {
    FileWriter abandoned(folder / "file");
    abandoned.append("three");
  }
  CHECK(read_file(folder / "file") == "one two");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("two writers of one path do not mix") {
  const TemporaryFolder folder;
  FileWriter first(folder / "file");
  FileWriter second(folder / "file");
  first.append("first");
  second.append("second");
  first.commit();
  CHECK(read_file(folder / "file") == "first");
  second.commit();
  CHECK(read_file(folder / "file") == "second");
}
