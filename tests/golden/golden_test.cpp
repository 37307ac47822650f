// Compares Weft with reference values that an independent implementation has computed in float64: every file below
// ops/ and model/ here, or below the folder that WEFT_GOLDEN_DIR names.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "graph/base/error.h"
#include "tests/golden/golden_file.h"
#include "tests/golden/model_file.h"
#include "tests/golden/op_file.h"

namespace weft::test {
namespace {

std::filesystem::path golden_folder() {
  const char* folder = std::getenv("WEFT_GOLDEN_DIR");
  return folder != nullptr ? std::filesystem::path(folder) : std::filesystem::path(WEFT_TEST_DIR) / "golden";
}

/// All *.json files, sorted. Folders named "text" hold another kind of values, which the translator's tests read.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (std::filesystem::recursive_directory_iterator entry(folder), end; entry != end; ++entry) {
    if (entry->is_directory() && entry->path().filename() == "text") entry.disable_recursion_pending();
    if (entry->is_regular_file() && entry->path().extension() == ".json") files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

struct Count {
  int ops = 0;
  int models = 0;
};

/// What does not hold in a file; a file that cannot be read or run does not hold either.
std::vector<std::string> failures_of(const std::filesystem::path& path, Count& count) {
  try {
    const GoldenFile file = read_golden_file(path);
    const bool is_model = file.sections.contains("parameters");
    ++(is_model ? count.models : count.ops);
    return is_model ? run_model_file(file) : run_op_file(file);
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

}  // namespace

TEST_CASE("golden values hold") {
  const std::filesystem::path folder = golden_folder();
  Count count;
  std::size_t failed = 0;
  for (const std::filesystem::path& path : files_below(folder)) {
    const std::vector<std::string> failures = failures_of(path, count);
    for (const std::string& failure : failures) FAIL_CHECK(path.string() << ": " << failure);
    if (!failures.empty()) ++failed;
  }
  REQUIRE_MESSAGE(count.ops + count.models > 0, folder.string() << " has no golden files");
  fmt::print("golden: {} op cases, {} models: {}\n", count.ops, count.models,
             failed == 0 ? std::string("all hold") : fmt::format("{} fail", failed));
}

}  // namespace weft::test
