#include "models/training/run/run_lock.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("one at a time writes into a run directory") {
  const TemporaryFolder folder;
  const auto run = folder.path / "run";
  CHECK_FALSE(RunLock::is_held(run));
  std::optional<RunLock> first(run);
  CHECK(RunLock::is_held(run));
  const auto refused = [&](const RunWriter& writer) { return message_of([&] { RunLock(run, writer); }); };
  CHECK(refused({}) == fmt::format("another training (process {}) is writing to '{}'; wait for its end, stop it, or "
                                   "choose another directory",
                                   getpid(), run.string()));
  CHECK(refused({"weft-nmt train", "choose another directory (--out)"}) ==
        fmt::format("another weft-nmt train (process {}) is writing to '{}'; wait for its end, stop it, or choose "
                    "another directory (--out)",
                    getpid(), run.string()));
  const RunLock elsewhere(folder.path / "other");
  first.reset();
  CHECK_FALSE(RunLock::is_held(run));
  CHECK_NOTHROW(RunLock{run});
}

TEST_CASE("a lock leaves nothing behind, and nothing but itself is removed") {
  const TemporaryFolder folder;
  { const RunLock lock(folder.path / "made"); }
  CHECK_FALSE(std::filesystem::exists(folder.path / "made"));

  std::filesystem::create_directory(folder.path / "empty");
  { const RunLock lock(folder.path / "empty"); }
  CHECK(std::filesystem::is_directory(folder.path / "empty"));
  CHECK(std::filesystem::is_empty(folder.path / "empty"));

  {
    const RunLock lock(folder.path / "used");
    write_file(folder.path / "used" / "config.json", "{}");
  }
  CHECK(read_file(folder.path / "used" / "config.json") == "{}");
  CHECK_FALSE(std::filesystem::exists(folder.path / "used" / "lock"));
}

TEST_CASE("the lock of a process that died is free, though its file is still there") {
  const TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    const RunLock lock(folder.path);
    _exit(std::filesystem::exists(folder.path / "lock") ? 0 : 1);  // no destructor runs
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(std::filesystem::exists(folder.path / "lock"));
  CHECK_NOTHROW(RunLock{folder.path});
}

TEST_CASE("a folder that cannot be made or written to is an error with its name") {
  const TemporaryFolder folder;
  write_file(folder.path / "file", "");
  CHECK_THROWS_AS(RunLock{folder.path / "file"}, Error);
  std::filesystem::create_directories(folder.path / "run" / "lock");
  CHECK_THROWS_WITH_AS(RunLock{folder.path / "run"}, doctest::Contains("run/lock"), Error);
}
