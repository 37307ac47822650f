#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "backends/check/reduce_graph.h"
#include "graph/base/counted.h"
#include "graph/base/file.h"
#include "graph/io/json.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "ops/ops.h"
#include "tools/common/output.h"
#include "tools/weft/commands.h"
#include "tools/weft/output.h"
#include "tools/weft/shell_check.h"

namespace weft::tool {
namespace {

struct ReduceOptions {
  std::string graph;
  std::string check;
  std::string output;
  std::int64_t timeout = 60;
  bool verbose = false;
};

/// Nodes that are no leaves.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "weft-reduce-XXXXXX").string();
    require(::mkdtemp(path.data()) != nullptr, "no temporary folder can be made as '{}'", path);
    path_ = path;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::size_t computing_nodes(const Graph& graph) {
  std::size_t count = 0;
  for (const NodeId id : graph.nodes()) count += is_leaf(*graph.node(id).op) ? 0 : 1;
  return count;
}

void reduce(const ReduceOptions& options) {
  const Graph graph = load_graph(options.graph, all_ops());
  const bool json =
      std::filesystem::path(options.output.empty() ? options.graph : options.output).extension() == ".json";
  const auto written = [&](const Graph& smaller) { return json ? to_json(smaller) : to_text(smaller); };

  const TemporaryFolder folder;
  const std::filesystem::path candidate = folder.path() / (json ? "candidate.json" : "candidate.weft");
  const ShellCheck check(options.check, std::chrono::seconds(options.timeout), !options.verbose);
  std::size_t checks = 0;
  std::size_t timeouts = 0;
  const auto interesting = [&](const Graph& smaller) {
    write_file(candidate, written(smaller));
    ++checks;
    const ShellCheck::Outcome outcome = check.run(candidate);
    if (outcome == ShellCheck::Outcome::timed_out) ++timeouts;
    return outcome == ShellCheck::Outcome::succeeded;
  };
  const bool holds = interesting(graph);
  require(holds,
          "the check does not hold for '{}' itself{}: it must exit with 0 for a graph that shows the failure, as with "
          "--check '! weft run {{}} --random-inputs 1'; --verbose shows what it prints",
          options.graph, timeouts > 0 ? fmt::format(" within {} seconds", options.timeout) : "");
  say(fmt::format("{}: the check holds", counted(computing_nodes(graph), "node")));
  const Graph smallest = reduce_graph(graph, interesting, [&](const Graph& smaller, std::string_view how) {
    say(fmt::format("{}, after {}: {}", counted(computing_nodes(smaller), "node"), counted(checks, "check"), how));
    if (!options.output.empty()) write_file(options.output, written(smaller));
  });
  say(fmt::format("from {} to {} with {}{}", counted(computing_nodes(graph), "node"), computing_nodes(smallest),
                  counted(checks, "check"),
                  timeouts > 0 ? fmt::format(", {} of which ran out of time", timeouts) : ""));
  write_output(options.output, written(smallest));
}

}  // namespace

void add_reduce(Program& program) {
  const Command command = program.command("reduce", "Shrink a graph to a small one that still fails");
  const auto options = std::make_shared<ReduceOptions>();
  command.option("graph", options->graph, "JSON, or text (docs/ir.md)").required().value("GRAPH");
  command
      .option(
          "--check", options->check,
          "A command for the shell: {} in it is the path of a candidate, which otherwise comes last. It exits with 0 "
          "when the candidate still fails")
      .required()
      .value("COMMAND");
  command.option("-o,--output", options->output, "Where to, after each step; otherwise standard output, at the end")
      .value("FILE");
  command.option("--timeout", options->timeout, "Seconds that a check may take; one that takes longer does not hold")
      .between(1, 86400)
      .show_default();
  command.flag("--verbose", options->verbose, "Show what the checks print, on standard error");
  command.footer(
      "Examples:\n"
      "  weft reduce training.json --check '! weft run {} --random-inputs 1 --check-numerics' -o small.weft\n"
      "  weft reduce training.json -o small.json --check \\\n"
      "      'weft compare {} --random-inputs 1 2>&1 | grep -q \"part at tanh\"'\n\n"
      "The exit status of the check is that of creduce's and llvm-reduce's interestingness tests: 0 means keep this "
      "one.\n"
      "`!` turns a command that fails into one. Let the check ask for the very message, as in the second example: a\n"
      "candidate may fail in other ways as well. Values that are cut off become inputs, so checks draw inputs at "
      "random.\n"
      "Reducing is deterministic if the check is. The result is text, or JSON when its name (or without -o the "
      "graph's)\n"
      "ends in .json.");
  command.action([options] { reduce(*options); });
}

}  // namespace weft::tool
