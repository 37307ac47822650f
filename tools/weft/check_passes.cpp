#include <fmt/format.h>

#include <map>
#include <memory>

#include "backends/check/pass_check.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/pass_context.h"
#include "graph/base/counted.h"
#include "graph/base/random.h"
#include "graph/leaf.h"
#include "ops/case_graph.h"
#include "ops/ops.h"
#include "passes/autodiff/autodiff.h"
#include "passes/float_type.h"
#include "passes/pipeline.h"
#include "tools/inspect/table.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/memory_limit.h"
#include "tools/weft/nmt_graph.h"
#include "tools/weft/output.h"
#include "tools/weft/range_options.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct PassesCheckOptions {
  std::string graph;
  std::vector<std::string> ops;
  bool all = false;
  std::string backend = "onednn";
  std::uint64_t seed = 1;
  double tolerance = PassCheckOptions::strict_tolerance;
  DrawRange range{.low = -1.0, .high = 1.0, .integer_low = 0, .integer_high = 2};
};

/// What takes several processes to run.
const std::vector<std::string> one_cannot_run{std::string(pass::shard_updates.name)};

/// Runs passes on graphs and keeps what was found.
class PassFindings {
 public:
  explicit PassFindings(const PassesCheckOptions& options)
      : options_(options), backend_(backend_named(options.backend)) {
    for (const Pass* pass : all_passes()) counts_[pass->name];
    counts_.erase(pass::shard_updates.name);
  }

  /// Checks the passes of the pipeline one after another, and then each pass alone: on the graph as it is declared, and
  /// on what the pipeline makes of it, since that is where the passes on demand run.
  void check(const Graph& graph, const DrawRange& range) {
    ++graphs_;
    // Passes that compute the same must agree as closely as f64 allows; those that round act on f32 alone.
    for (const bool rounding : {false, true}) {
      Graph compiled = rounding ? graph.clone() : with_float_type(graph, DType::f64);
      try {
        check_from(compiled, range, rounding);
      } catch (const Error& error) {
        failures_.push_back(fmt::format("{}: {}", graph.name(), error.what()));
        return;
      }
    }
  }

  std::string to_string() const {
    Table table({"pass", "ran", "acted", "failed", ""}, "lrrrl");
    for (const Pass* pass : all_passes()) {
      if (!counts_.contains(pass->name)) continue;
      const Counts& counts = counts_.at(pass->name);
      table.add({std::string(pass->name), std::to_string(counts.ran), std::to_string(counts.acted),
                 std::to_string(counts.failed), pass->rounding > 0.0 ? fmt::format("within {}", pass->rounding) : ""});
    }
    std::string text = table.to_string() + fmt::format("{}, {} failed\n", counted(graphs_, "graph"), failures_.size());
    for (const std::string& failure : failures_) text += fmt::format("FAILED: {}\n", failure);
    return text;
  }

  void require_passed() const {
    require(failures_.empty(), "{} failed: see the lines that say FAILED", counted(failures_.size(), "check"));
  }

 private:
  struct Counts {
    std::size_t ran = 0;
    std::size_t acted = 0;
    std::size_t failed = 0;
  };

  void check_from(Graph& graph, const DrawRange& range, bool rounding) {
    PassCheckOptions options{.seed = options_.seed,
                             .tolerance = options_.tolerance,
                             .low = range.low,
                             .high = range.high,
                             .integer_low = range.integer_low,
                             .integer_high = range.integer_high};
    if (rounding) options.tolerance = std::max(options.tolerance, PassCheckOptions{}.tolerance);
    PassCheck check(graph, reference_backend(), options);
    check_alone(graph, check, rounding);
    if (!run(graph, compile_pipeline(one_cannot_run), check)) return;
    check_alone(graph, check, rounding);
  }

  void check_alone(const Graph& graph, const PassCheck& check, bool rounding) {
    for (const Pass* pass : all_passes()) {
      if ((pass->rounding > 0.0) != rounding || pass == &pass::shard_updates) continue;
      Graph changed = graph.clone();
      PassCheck of_pass = check;
      run(changed, {pass}, of_pass);
    }
  }

  /// Returns whether all went well.
  bool run(Graph& graph, const std::vector<const Pass*>& passes, PassCheck& check) {
    PassContext context = pass_context(reference_backend());  // which computes in float64
    context.runs_whole = pass_context(backend_).runs_whole;
    context.prefers_channels_last = backend_.prefers_channels_last();
    context.processes = 2;  // for data-parallel
    const Pass* running = nullptr;
    const PassObserver count{.before =
                                 [&](const Pass& pass, const Graph&) {
                                   running = &pass;
                                   ++counts_.at(pass.name).ran;
                                 },
                             .after =
                                 [&](const Pass& pass, const Graph&, bool changed, double) {
                                   if (changed) ++counts_.at(pass.name).acted;
                                 }};
    try {
      run_passes(graph, passes, context, check.observer(count));
      return true;
    } catch (const std::exception& error) {
      if (running != nullptr) ++counts_.at(running->name).failed;
      failures_.emplace_back(error.what());
      return false;
    }
  }

  const PassesCheckOptions& options_;
  const Backend& backend_;
  std::map<std::string_view, Counts> counts_;
  std::size_t graphs_ = 0;
  std::vector<std::string> failures_;
};

/// The case's graph with the gradients of its floating-point inputs as further outputs, where the op has them.
Graph case_with_gradients(const Op& op, const OpCase& op_case) {
  Graph graph = case_graph(op, op_case);
  if (!op.no_gradient.empty()) return graph;
  std::vector<Value> results;
  std::vector<Value> cotangents;
  for (const Output& output : graph.outputs()) {
    const TensorType type = graph.type(output.value);
    if (!is_float(type.dtype)) continue;
    Tensor cotangent(type);
    const CounterRandom random(1, "cotangent of " + output.name);
    for (std::int64_t i = 0; i < type.shape.volume(); ++i)
      cotangent.set_number(i, random.uniform(static_cast<std::uint64_t>(i), -1.0, 1.0));
    results.push_back(graph.value(output.value));
    cotangents.push_back(graph.constant(cotangent));
  }
  std::vector<Value> inputs;
  for (const NodeId id : graph.leaves(leaf::input))
    if (const ValueId input = graph.node(id).results[0]; is_float(graph.type(input).dtype))
      inputs.push_back(graph.value(input));
  const std::vector<Value> gradients = vector_jacobian(results, cotangents, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    graph.output(fmt::format("gradient of {}", inputs[i].name()), gradients[i]);
  return graph;
}

void check_cases(const Op& op, const PassesCheckOptions& options, PassFindings& findings) {
  for (const OpCase& op_case : op.cases) {
    DrawRange range = options.range;
    range.low = op_case.low;
    range.high = op_case.high;
    findings.check(case_with_gradients(op, op_case), range);
  }
}

/// A system of the translator with extents of which no two are the same.
NmtGraphOptions small_system() {
  NmtGraphOptions system;
  system.rows = 3;
  system.source_length = 5;
  system.target_length = 4;
  system.settings = {{"preset", std::string("small")},
                     {"source-vocabulary", std::int64_t{11}},
                     {"target-vocabulary", std::int64_t{9}},
                     {"embedding", std::int64_t{7}},
                     {"units", std::int64_t{6}}};
  return system;
}

/// The systems of docs/systems.md, and what training may have: together each option is there once.
std::vector<NmtGraphOptions> other_systems() {
  std::vector<NmtGraphOptions> systems;
  const auto add = [&](const nmt::SettingValues& settings, double dropout = 0.0) {
    NmtGraphOptions& system = systems.emplace_back(small_system());
    system.source_length = 4;
    system.target_length = 3;
    system.rows = 2;
    system.dropout = dropout;
    for (const auto& [name, value] : settings) system.settings[name] = value;
  };
  const nmt::SettingValue two = std::int64_t{2};
  add({{"attention", std::string("dot")}});
  add({{"attention", std::string("none")}});
  add({{"attention", std::string("location")}, {"attention-positions", std::int64_t{3}}, {"tied-embeddings", true}});
  add({{"attention", std::string("hard")}, {"monte-carlo-samples", two}});
  add({{"attention", std::string("general")}, {"cell", std::string("lstm")}, {"layers", two}, {"bidirectional", true}},
      0.25);
  add({{"cell", std::string("lstm")}, {"self-attention", true}, {"accumulate", two}});
  add({{"layers", two}}, 0.25);
  return systems;
}

/// The translator's graphs in both variants, and the steps of its other systems.
void check_translator(const PassesCheckOptions& options, PassFindings& findings) {
  const auto check = [&](NmtGraphOptions system, const char* graph) {
    system.graph = graph;
    findings.check(build_nmt_graph(system), options.range);
  };
  for (const char* variant : {"masked", "tutorial"}) {
    NmtGraphOptions system = small_system();
    system.settings["variant"] = std::string(variant);
    for (const char* graph : {"forward", "loss", "training", "encoder", "decoder"}) check(system, graph);
  }
  for (const NmtGraphOptions& system : other_systems()) {
    for (const char* graph : {"training", "encoder", "decoder"}) check(system, graph);
    if (system.settings.contains("accumulate")) check(system, "update");
  }
}

void check(const PassesCheckOptions& options) {
  require_range(options.range);
  PassFindings findings(options);
  if (!options.graph.empty()) {
    const Graph graph = load_graph_file(options.graph);
    require_memory_for(graph);
    findings.check(graph, options.range);
  } else if (options.all) {
    for (const Op* op : all_ops().ops())
      if (!is_leaf(*op)) check_cases(*op, options, findings);
    check_translator(options, findings);
  } else {
    if (options.ops.empty()) throw UsageError("what to check is required: a graph file, --op NAME or --all");
    for (const std::string& name : options.ops) check_cases(all_ops().get(name), options, findings);
  }
  write_output("", findings.to_string());
  findings.require_passed();
}

}  // namespace

void add_check_passes(Program& program) {
  const Command command =
      program.command("check-passes", "Compare what graphs compute before and after each pass, in float64");
  const auto options = std::make_shared<PassesCheckOptions>();
  Option graph =
      command.option("graph", options->graph, std::string("On this graph: ") + graph_file_help).value("GRAPH");
  Option ops = command.option("--op", options->ops, "On an op with its gradient, in all of its cases; may be repeated")
                   .value("NAME")
                   .one_at_a_time()
                   .excludes(graph);
  command.flag("--all", options->all, "On every op, and on the graphs of all systems of the translator")
      .excludes(graph)
      .excludes(ops);
  command.option("--seed", options->seed, "Of all that is drawn at random").show_default();
  command
      .option("--tolerance", options->tolerance,
              "How far an element may be off, as a part of the largest one of its output (or of 0.001)")
      .not_negative()
      .show_default();
  add_range_options(command, options->range);
  add_backend_option(command, options->backend);
  command.footer(
      "Examples:\n"
      "  weft check-passes --all\n"
      "  weft check-passes --op gru_cell --op masked_cross_entropy\n"
      "  weft check-passes graph.json --integer-high 9\n\n"
      "The reference backend runs each graph in float64 before and after every pass: those of the pipeline one after\n"
      "another, and each one alone on the graph as declared and as compiled. The ranges are those of a graph file's\n"
      "inputs; the cases of an op have their own. Passes that round, which run on demand, may be off as far as they\n"
      "say. The exit status is 1 when a pass fails.");
  command.action([options] { check(*options); });
}

}  // namespace weft::tool
