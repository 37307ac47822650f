// Golden cases of the passes: tests/passes/<pass>/*.ir, each the text of a graph before and after the pass.
//
//   # What the case shows.
//   graph "g" { ... }
//   ----
//   graph "g" { ... }
//
// A line "# Memory budget: 2048 bytes." gives the pass a budget.
//
// The rule: in a case with a graph after, the pass must report a change, and what it made is printed after dce, since
// passes may leave nodes behind that nobody uses. In a near miss (`---- unchanged`) it must report none, and what it
// leaves is printed as it is, so that a pass cannot change a graph without saying so.
//
// WEFT_UPDATE_GOLDEN=1 in the environment writes what the passes make into the files: read the difference before you
// commit it.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>

#include "backends/reference/reference_backend.h"
#include "backends/runtime/backend.h"
#include "backends/runtime/pass_context.h"
#include "graph/base/file.h"
#include "graph/io/text.h"
#include "ops/ops.h"
#include "passes/pipeline.h"

using namespace weft;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view separator = "----\n";
constexpr std::string_view unchanged_mark = "---- unchanged\n";

struct GoldenCase {
  std::string before;  ///< with its comment
  std::string after;   ///< empty for a near miss
  bool unchanged = false;
};

GoldenCase parse_case(const std::string& text) {
  const std::size_t bar = text.find("\n----") + 1;
  REQUIRE_MESSAGE(bar != 0, "a line ---- or ---- unchanged is missing");
  const std::string_view rest = std::string_view(text).substr(bar);
  if (rest == unchanged_mark) return {text.substr(0, bar), "", true};
  REQUIRE_MESSAGE(rest.starts_with(separator), "a graph must follow ----, or nothing ---- unchanged");
  return {text.substr(0, bar), std::string(rest.substr(separator.size())), false};
}

std::string to_text(const GoldenCase& golden) {
  return golden.before + (golden.unchanged ? std::string(unchanged_mark) : std::string(separator) + golden.after);
}

/// What the case's comment says.
std::optional<std::size_t> memory_budget(const std::string& text) {
  constexpr std::string_view words = "# Memory budget: ";
  const std::size_t at = text.find(words);
  if (at == std::string::npos) return std::nullopt;
  return std::stoull(text.substr(at + words.size()));
}

/// What the case's comment says.
Precision communicated(const std::string& text) {
  return text.find("# Communicated in bf16") == std::string::npos ? Precision::f32 : Precision::bf16;
}

bool run_pass(Graph& graph, const Pass& pass, std::optional<std::size_t> budget = {},
              Precision communicate = Precision::f32) {
  bool changed = false;
  const Pass* const passes[] = {&pass};
  PassContext context = pass_context(reference_backend(), budget);
  context.processes = 2;  // for data-parallel
  context.communicate = communicate;
  context.prefers_channels_last = true;
  // The reference backend has no kernels for what it makes.
  if (&pass == &pass::fuse_elementwise || &pass == &pass::split_reduction) context.runs_whole = {};
  run_passes(graph, passes, context,
             {.before = {}, .after = [&](const Pass&, const Graph&, bool did, double) { changed = did; }});
  return changed;
}

/// The case as the pass makes it.
GoldenCase made_by(const Pass& pass, const std::string& before) {
  Graph graph = parse_text(before, all_ops());
  const std::string text = to_text(graph);
  if (!run_pass(graph, pass, memory_budget(before), communicated(before))) {
    CHECK_MESSAGE(to_text(graph) == text, "the pass says that it changed nothing, but it did");
    return {before, "", true};
  }
  run_pass(graph, pass::dce);
  return {before, to_text(graph), false};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// Line by line, by the longest common subsequence: "-" lines are in `expected` alone, "+" lines in `actual` alone.
std::string difference(const std::string& expected, const std::string& actual) {
  const std::vector<std::string> a = lines_of(expected);
  const std::vector<std::string> b = lines_of(actual);
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  std::string text;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      text += fmt::format("  {}\n", a[i++]);
      ++j;
    } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      text += fmt::format("- {}\n", a[i++]);
    } else {
      text += fmt::format("+ {}\n", b[j++]);
    }
  }
  return text;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

const fs::path golden_folder = fs::path(WEFT_TEST_DIR) / "passes";

}  // namespace

TEST_CASE("golden cases of the passes") {
  const bool update = std::getenv("WEFT_UPDATE_GOLDEN") != nullptr;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(golden_folder)) {
    const fs::path& file = entry.path();
    if (file.extension() != ".ir") continue;
    CAPTURE(file.string());
    const Pass& pass = find_pass(file.parent_path().filename().string());
    const GoldenCase golden = parse_case(read_file(file));
    GoldenCase made;
    REQUIRE_NOTHROW(made = made_by(pass, golden.before));
    if (to_text(made) == to_text(golden)) continue;
    if (update)
      write_file(file, to_text(made));
    else
      FAIL_CHECK("the pass makes something else (-: expected, +: made)\n", difference(to_text(golden), to_text(made)));
  }
}

TEST_CASE("every pass has golden cases in which it acts, and near misses in which it must not") {
  for (const Pass* pass : all_passes()) {
    CAPTURE(pass->name);
    REQUIRE(fs::is_directory(golden_folder / pass->name));
    int acts = 0;
    int near_misses = 0;
    for (const fs::path& file : sorted_entries(golden_folder / pass->name))
      ++(parse_case(read_file(file)).unchanged ? near_misses : acts);
    CHECK(acts > 0);
    CHECK(near_misses > 0);
  }
}
