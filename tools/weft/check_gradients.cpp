#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

#include "backends/check/gradient_check.h"
#include "graph/leaf.h"
#include "ops/case_graph.h"
#include "ops/ops.h"
#include "tools/inspect/table.h"
#include "tools/weft/commands.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/memory_limit.h"
#include "tools/weft/output.h"
#include "tools/weft/range_options.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct CheckOptions {
  std::string graph;
  std::vector<std::string> ops;
  bool all = false;
  GradientCheckOptions check;
  DrawRange range{.low = -2.0, .high = 2.0};
};

/// What was checked so far.
class Findings {
 public:
  void add(const std::string& op, const std::string& where, const std::vector<GradientCheck>& checks) {
    for (const GradientCheck& check : checks) {
      rows_.push_back({check.worst_error,
                       {op, where, check.input, std::to_string(check.elements), std::to_string(check.kinks),
                        fmt::format("{:.1e}", check.worst_error), fmt::format("{:.3g}", check.largest_gradient),
                        check.passed ? "ok" : failure_of(check)}});
      if (!check.passed) ++failed_;
    }
  }

  /// A graph that could not be checked at all.
  void add_failure(const std::string& op, const std::string& where, std::string_view reason) {
    rows_.push_back({INFINITY, {op, where, "", "", "", "", "", fmt::format("FAILED: {}", reason)}});
    ++failed_;
  }

  void add_without_gradient(const Op& op) { without_.add({std::string(op.name), std::string(op.no_gradient)}); }

  /// The worst first.
  std::string to_string() {
    std::ranges::stable_sort(rows_, std::ranges::greater(), &Row::error);
    Table table({"op", "case", "input", "elements", "kinks", "worst error", "largest gradient", ""}, "lllrrrrl");
    for (const Row& row : rows_) table.add(row.cells);
    std::string text = rows_.empty() ? "" : table.to_string();
    if (!rows_.empty()) text += fmt::format("{} checked, {} failed\n", rows_.size(), failed_);
    if (!without_.empty()) text += (rows_.empty() ? "" : "\n") + without_.to_string();
    return text;
  }

  void require_passed() const {
    require(failed_ == 0, "{} of {} gradients differ from the central differences: see the lines that say FAILED",
            failed_, rows_.size());
  }

 private:
  static std::string failure_of(const GradientCheck& check) {
    if (check.worst_error == 0.0 && check.largest_gradient == 0.0) return "FAILED: all gradients are 0";
    if (check.kinks == check.elements) return "FAILED: all elements lie at kinks; draw other inputs (--seed, --low)";
    return "FAILED";
  }

  struct Row {
    double error;
    std::vector<std::string> cells;
  };
  std::vector<Row> rows_;
  Table without_{{"op", "no gradient, because"}, "ll"};
  std::size_t failed_ = 0;
};

void check_op(const Op& op, const GradientCheckOptions& options, Findings& findings) {
  if (!op.no_gradient.empty()) return findings.add_without_gradient(op);
  for (const OpCase& op_case : op.cases) {
    GradientCheckOptions of_case = options;
    of_case.low = op_case.low;
    of_case.high = op_case.high;
    try {
      findings.add(std::string(op.name), std::string(op_case.name), check_gradients(case_graph(op, op_case), of_case));
    } catch (const Error& error) {
      findings.add_failure(std::string(op.name), std::string(op_case.name), error.what());
    }
  }
}

/// A line every few seconds of long work.
std::function<void(std::int64_t, std::int64_t)> tell_progress() {
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds between{5};
  return [start = Clock::now(), next = Clock::now() + between](std::int64_t done, std::int64_t of) mutable {
    const Clock::time_point now = Clock::now();
    if (now < next) return;
    next = now + between;
    fmt::print(stderr, "{} of at most {} elements checked, {:.0f} s\n", done, of,
               std::chrono::duration<double>(now - start).count());
  };
}

void check_graph(const CheckOptions& options, Findings& findings) {
  const Graph graph = load_graph_file(options.graph);
  require_memory_for(graph);
  GradientCheckOptions of_graph = options.check;
  of_graph.low = options.range.low;
  of_graph.high = options.range.high;
  of_graph.integer_low = options.range.integer_low;
  of_graph.integer_high = options.range.integer_high;
  of_graph.on_progress = tell_progress();
  const std::vector<GradientCheck> checks = check_gradients(graph, of_graph);
  require(!checks.empty(), "graph '{}' has no floating-point input and no parameter to differentiate with respect to",
          graph.name());
  findings.add("", graph.name(), checks);
}

void check(const CheckOptions& options) {
  require_range(options.range);
  Findings findings;
  if (!options.graph.empty()) {
    check_graph(options, findings);
  } else if (options.all) {
    for (const Op* op : all_ops().ops())
      if (!is_leaf(*op)) check_op(*op, options.check, findings);
  } else {
    if (options.ops.empty()) throw UsageError("what to check is required: a graph file, --op NAME or --all");
    for (const std::string& name : options.ops) check_op(all_ops().get(name), options.check, findings);
  }
  write_output("", findings.to_string());
  findings.require_passed();
}

}  // namespace

void add_check_gradients(Program& program) {
  const Command command =
      program.command("check-gradients", "Compare gradients with central differences, computed in float64");
  const auto options = std::make_shared<CheckOptions>();
  Option graph = command
                     .option("graph", options->graph,
                             "Of this graph's floating-point outputs, with respect to its floating-point "
                             "inputs and its parameters; -: standard input")
                     .value("GRAPH");
  Option ops = command.option("--op", options->ops, "Of an op, in all of its cases; may be repeated")
                   .value("NAME")
                   .one_at_a_time()
                   .excludes(graph);
  command.flag("--all", options->all, "Of every op, in all of its cases").excludes(graph).excludes(ops);
  command.option("--seed", options->check.seed, "Of all that is drawn at random").show_default();
  command.option("--step", options->check.step, "Half of the distance between the points of a difference")
      .positive()
      .show_default();
  command.option("--tolerance", options->check.tolerance, "The largest relative error that passes")
      .positive()
      .show_default();
  command.option("--most-elements", options->check.most_elements, "Elements of an input that are checked at most")
      .positive()
      .show_default();
  options->check.seconds = 50;
  command.option("--seconds", options->check.seconds, "Begin no further element after so long; all inputs come in turn")
      .positive()
      .show_default();
  add_range_options(command, options->range);
  command.footer(
      "Examples:\n"
      "  weft check-gradients --op tanh --op matmul\n"
      "  weft check-gradients --all\n"
      "  weft check-gradients graph.json --low 0.1\n\n"
      "The ranges are those of a graph file's inputs; the cases of an op have their own. The worst come first; the "
      "exit\n"
      "status is 1 when one fails. At a kink, as relu's at 0, a function has two slopes: such elements are counted, "
      "and\n"
      "do not fail.");
  command.action([options] { check(*options); });
}

}  // namespace weft::tool
