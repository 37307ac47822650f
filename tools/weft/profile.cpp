#include "backends/runtime/profile.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "backends/runtime/execution.h"
#include "backends/runtime/numerics.h"
#include "graph/base/file.h"
#include "tools/inspect/profile_report.h"
#include "tools/inspect/table.h"
#include "tools/inspect/timing.h"
#include "tools/inspect/trace.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/data_options.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/memory_limit.h"
#include "tools/weft/output.h"

namespace weft::tool {

using namespace inspect;

namespace {

/// More runs than that do not make a timeline clearer, only its file longer.
constexpr std::size_t most_traced_runs = 10;

struct ProfileOptions {
  GraphSource source;
  DataOptions data;
  std::string backend = "onednn";
  std::string kernels;
  std::vector<std::string> disabled_passes;
  Precision precision = Precision::f32;
  std::int64_t runs = 20;
  std::size_t top = 20;
  std::string trace;
  std::string roofline;
  bool check_numerics = false;
  bool json = false;
  bool overhead = false;
};

void add_data(ProfileOptions& options) {
  if (options.data.inputs.empty() && !options.data.random_inputs) options.data.random_inputs = 1;
}

Execution compiled(const Graph& graph, const ProfileOptions& options, const ExecutionOptions& binding) {
  CompileOptions compile_options;
  compile_options.disabled_passes = options.disabled_passes;
  compile_options.precision = options.precision;
  if (options.check_numerics) compile_options = without_fusions(std::move(compile_options));
  Execution execution(compile(graph, *backend_with(options.backend, options.kernels), compile_options), binding);
  for (const auto& [name, tensor] : inputs_for(graph, options.data)) execution.set(name, tensor);
  execution.run();  // touches memory that nobody has touched before
  return execution;
}

double seconds_of_run(Execution& execution) {
  Stopwatch stopwatch;
  execution.run();
  return 1e-3 * stopwatch.lap();
}

/// The same runs plain, with the profile and with the check of numerics, in turn, so that what else the machine does
/// meets all three.
std::string overhead_table(const Graph& graph, const ProfileOptions& options) {
  const ExecutionOptions shared{variables_for(graph, options.data), std::make_shared<Arena>()};
  Execution plain = compiled(graph, options, shared);
  Execution profiled = compiled(graph, options, shared);
  profile_runs(profiled);
  Execution checked = compiled(graph, options, shared);
  checked.attach(std::make_shared<NumericsCheck>());
  const auto time_of = [](Execution& execution) {
    execution.run();  // another execution has had the caches
    return 1000 * seconds_of_run(execution);
  };
  Timing times[3];
  for (std::int64_t round = 0; round < options.runs; ++round) {
    times[0].milliseconds.push_back(time_of(plain));
    times[1].milliseconds.push_back(time_of(profiled));
    times[2].milliseconds.push_back(time_of(checked));
  }
  Table table({"a run", "median ms", "cost"}, "lrr");
  const char* const names[] = {"plain", "profiled", "with --check-numerics"};
  for (std::size_t i = 0; i < std::size(names); ++i)
    table.add({names[i], fmt::format("{:.3f}", times[i].median()),
               i == 0 ? "" : fmt::format("{:+.2f} %", 100 * (times[i].median() / times[0].median() - 1))});
  return table.to_string();
}

void profile(ProfileOptions options) {
  add_data(options);
  const Graph graph = load_source(options.source);
  require_memory_for(graph);
  if (options.overhead) return write_output("", overhead_table(graph, options));
  Execution execution = compiled(graph, options, {.variables = variables_for(graph, options.data)});
  if (options.check_numerics) execution.attach(std::make_shared<NumericsCheck>());
  const std::shared_ptr<const Profiler> profiler = profile_runs(execution);
  ProfileReport report;
  Trace trace;
  double seconds = 0;
  for (std::int64_t run = 0; run < options.runs; ++run) {
    seconds += seconds_of_run(execution);
    if (!options.trace.empty() && trace.runs() < most_traced_runs)
      trace.add_last_run(*profiler, fmt::format("run {}", run + 1));
  }
  report.add(*profiler);
  report.set_runs(static_cast<std::uint64_t>(options.runs), seconds);
  if (!options.trace.empty()) write_file(options.trace, trace.to_json());
  const Roofline roofline = measure_roofline();
  if (!options.roofline.empty())
    write_file(options.roofline,
               report.to_picture(roofline, fmt::format("{}, {:.3g} ms a run", graph.name(),
                                                       1000 * seconds / static_cast<double>(options.runs))));
  write_output("", options.json ? report.to_json(roofline) : report.to_text(roofline, options.top));
}

}  // namespace

void add_profile(Program& program) {
  const Command command =
      program.command("profile", "Time every kernel of a graph: by node, by kind, against the machine's peak");
  const auto options = std::make_shared<ProfileOptions>();
  // A learning rate may be among them: a small one keeps the weights of a training step from running away.
  options->data.range.rate_high = 0.01;
  add_graph_source(command, options->source);
  add_data_options(command, options->data);
  add_backend_option(command, options->backend);
  add_kernels_option(command, options->kernels);
  add_disabled_passes_option(command, options->disabled_passes);
  add_precision_option(command, options->precision);
  command.option("--runs", options->runs, "How often to run it").between(1, 1'000'000).show_default();
  command.option("--top", options->top, "How many nodes to list, the longest first; 0: all").show_default();
  command
      .option("--trace", options->trace,
              "Write the timeline of the first ten runs, for ui.perfetto.dev or chrome://tracing")
      .value("FILE");
  command
      .option("--roofline", options->roofline,
              "Draw the kinds of kernels, by operations a byte and GFLOP/s, under the machine's two roofs: SVG")
      .value("FILE");
  command.flag("--check-numerics", options->check_numerics, "Check every value for NaN and infinities as well");
  command.flag("--overhead", options->overhead, "Instead: what profiling and checking cost, runs with and without");
  command.flag("--json", options->json, "Print a JSON object, with all nodes");
  command.footer(
      "Examples:\n"
      "  weft profile --model nmt --source-length 19 --target-length 11 --integer-high 5000\n"
      "  weft profile graph.json --runs 100 --trace trace.json     then open trace.json at ui.perfetto.dev\n"
      "  weft profile graph.json --inputs in.safetensors --weights weights.safetensors --json\n"
      "  weft profile --model resnet --roofline roofline.svg       then open it in a browser\n"
      "  weft profile graph.json --disable-pass batch-over-time    what the pass brings\n\n"
      "Without --inputs they are random; scalars, such as a learning rate, lie in [0, 0.01). The machine's arithmetic "
      "(a large product) and memory (a = a + 3 b) are\n"
      "measured beside it, on as many threads.");
  command.action([options] { profile(*options); });
}

}  // namespace weft::tool
