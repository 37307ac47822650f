#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "backends/runtime/program.h"
#include "graph/base/json_value.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/memory/buffers.h"
#include "tools/inspect/table.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/output.h"
#include "tools/weft/scaling_graph.h"

namespace weft::tool {

using namespace inspect;

namespace {

using Clock = std::chrono::steady_clock;

struct BenchCompileOptions {
  std::vector<std::string> families;
  std::vector<std::int64_t> nodes = {1'000, 3'000, 10'000, 30'000, 100'000};
  std::string backend = "onednn";
  bool json = false;
};

/// One part of the way from a declaration to a program.
struct TimedStage {
  std::string name;
  double milliseconds = 0;
};

struct Measurement {
  std::string_view family;
  std::size_t nodes = 0;  ///< of the differentiated graph
  std::vector<TimedStage> stages;

  double total() const {
    double sum = 0;
    for (const TimedStage& stage : stages) sum += stage.milliseconds;
    return sum;
  }
};

/// Milliseconds since it was made, or asked last.
class Stopwatch {
 public:
  double lap() {
    const Clock::time_point now = Clock::now();
    return std::chrono::duration<double, std::milli>(now - std::exchange(start_, now)).count();
  }

 private:
  Clock::time_point start_ = Clock::now();
};

/// Adds to the stage of that name; a pass that runs several times is one stage.
void add_time(std::vector<TimedStage>& stages, std::string_view name, double milliseconds) {
  auto at = std::ranges::find(stages, name, &TimedStage::name);
  if (at == stages.end()) at = stages.insert(stages.end(), {std::string(name), 0.0});
  at->milliseconds += milliseconds;
}

/// How long planning the memory of a compiled graph takes, within its preparation.
double planning_time(const Graph& graph) {
  std::vector<NodeId> steps;
  for (const NodeId id : topological_order(graph))
    if (!is_leaf(*graph.node(id).op)) steps.push_back(id);
  const std::vector<std::size_t> no_scratch(steps.size(), 0);
  Stopwatch stopwatch;
  plan_buffers(graph, steps, no_scratch);
  return stopwatch.lap();
}

void measure_compilation(const Graph& graph, const Backend& backend, std::vector<TimedStage>& stages) {
  Stopwatch stopwatch;
  CompileOptions options;
  options.observer.before = [&](const Pass&, const Graph&) { add_time(stages, "copy", stopwatch.lap()); };
  options.observer.after = [&](const Pass& pass, const Graph&, bool, double seconds) {
    const double rewriting = 1000 * seconds;
    add_time(stages, pass.name, rewriting);
    add_time(stages, "verify", stopwatch.lap() - rewriting);
  };
  const weft::Program program = compile(graph, backend, options);
  const double preparation = stopwatch.lap();
  const double planning = std::min(preparation, planning_time(program.graph()));
  add_time(stages, "plan", planning);
  add_time(stages, "prepare", preparation - planning);
}

Measurement measure(const ScalingFamily& family, std::int64_t nodes, const Backend& backend) {
  const std::int64_t length = length_for(family, nodes);
  Measurement measurement{family.name, 0, {}};
  Stopwatch stopwatch;
  ForwardGraph forward = family.declare(length);
  add_time(measurement.stages, "build", stopwatch.lap());
  differentiate(forward);
  add_time(measurement.stages, "differentiate", stopwatch.lap());
  measurement.nodes = forward.graph.node_count();
  measure_compilation(forward.graph, backend, measurement.stages);
  return measurement;
}

double microseconds_per_node(const Measurement& measurement, double milliseconds) {
  return 1000 * milliseconds / static_cast<double>(measurement.nodes);
}

/// One family: a column a graph, a row a stage.
std::string as_table(const ScalingFamily& family, const std::vector<Measurement>& measurements) {
  std::vector<std::string> header{"stage"};
  for (const Measurement& measurement : measurements) {
    header.push_back(fmt::format("{} nodes: ms", measurement.nodes));
    header.push_back("us/node");
  }
  Table table(header, std::string("l") + std::string(2 * measurements.size(), 'r'));
  const auto add_row = [&](const std::string& name, auto milliseconds_of) {
    std::vector<std::string> row{name};
    for (const Measurement& measurement : measurements) {
      const double milliseconds = milliseconds_of(measurement);
      row.push_back(fmt::format("{:.2f}", milliseconds));
      row.push_back(fmt::format("{:.3f}", microseconds_per_node(measurement, milliseconds)));
    }
    table.add(std::move(row));
  };
  for (std::size_t i = 0; i < measurements.front().stages.size(); ++i)
    add_row(measurements.front().stages[i].name, [i](const Measurement& of) { return of.stages[i].milliseconds; });
  add_row("all", [](const Measurement& of) { return of.total(); });
  return fmt::format("{}: {}\n\n{}", family.name, family.summary, table.to_string());
}

Json as_json(const Measurement& measurement) {
  Json stages;
  for (const TimedStage& stage : measurement.stages) stages[stage.name] = stage.milliseconds;
  return {{"family", measurement.family},
          {"nodes", measurement.nodes},
          {"milliseconds", measurement.total()},
          {"microseconds_per_node", microseconds_per_node(measurement, measurement.total())},
          {"stages_milliseconds", stages}};
}

void bench_compile(const BenchCompileOptions& options) {
  const Backend& backend = backend_named(options.backend);
  Json report = Json::list();
  std::string text;
  for (const ScalingFamily& family : scaling_families()) {
    if (!options.families.empty() && std::ranges::find(options.families, family.name) == options.families.end())
      continue;
    std::vector<Measurement> measurements;
    for (const std::int64_t nodes : options.nodes) measurements.push_back(measure(family, nodes, backend));
    for (const Measurement& measurement : measurements) report.push_back(as_json(measurement));
    if (!text.empty()) text += "\n";
    text += as_table(family, measurements);
  }
  write_output("", options.json ? report.dump(2) + "\n" : text);
}

}  // namespace

void add_bench_compile(Program& program) {
  const Command command = program.command(
      "bench-compile", "Measure what building, differentiating and compiling take, by nodes and by pass");
  const auto options = std::make_shared<BenchCompileOptions>();
  std::vector<std::string> names;
  std::string families;
  for (const ScalingFamily& family : scaling_families()) {
    names.emplace_back(family.name);
    families += fmt::format("  {:<12} {}\n", family.name, family.summary);
  }
  command.option("--family", options->families, "Which graphs, several with commas (otherwise all)")
      .comma_separated()
      .one_of(names)
      .value("NAME");
  command.option("--nodes", options->nodes, "About how many nodes, with the gradient's; several with commas")
      .comma_separated()
      .between(std::int64_t{100}, std::int64_t{1'000'000})
      .show_default();
  add_backend_option(command, options->backend);
  command.flag("--json", options->json, "Print JSON instead of tables");
  command.footer(
      "The graphs are training steps with units so few that the time goes to nodes alone:\n" + families +
      "\n'copy' is the compiler's own copy of the graph; 'verify' the check after every\n"
      "pass; 'plan' the memory planner; 'prepare' the kernels. A pass that runs several times is summed up.\n\n"
      "Examples:\n"
      "  weft bench-compile\n"
      "  weft bench-compile --family gru,wide --nodes 1000,10000 --json");
  command.action([options] { bench_compile(*options); });
}

}  // namespace weft::tool
