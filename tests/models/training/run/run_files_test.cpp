#include "models/training/run/run_files.h"

#include <doctest/doctest.h>

#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("a file grows line by line, also after a line that was torn") {
  const TemporaryFolder folder;
  append_line(folder / "log", "one");
  append_line(folder / "log", "two");
  CHECK(read_file(folder / "log") == "one\ntwo\n");
  folder.write("log", "one\ntw");
  append_line(folder / "log", "two");
  CHECK(read_file(folder / "log") == "one\ntw\ntwo\n");
  CHECK(contains(message_of([&] { append_line(folder.path, "three"); }), folder.path.string()));
}

TEST_CASE("a folder is made with those above it, unless a file is in the way") {
  const TemporaryFolder folder;
  CHECK(make_run_folder(folder / "a/b"));
  CHECK_FALSE(make_run_folder(folder / "a/b"));
  folder.write("file", "");
  CHECK(contains(message_of([&] { make_run_folder(folder / "file"); }), "cannot make the run directory"));
}
