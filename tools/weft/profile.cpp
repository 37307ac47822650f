#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "backends/executable.h"
#include "graph/file.h"
#include "tools/common/profile_report.h"
#include "tools/common/timing.h"
#include "tools/common/trace.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/data_options.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/memory_limit.h"
#include "tools/weft/output.h"

namespace weft::tool {
namespace {

/// More runs than that do not make a timeline clearer, only its file longer.
constexpr std::size_t most_traced_runs = 10;

struct ProfileOptions {
  GraphSource source;
  DataOptions data;
  std::string backend = "onednn";
  std::vector<std::string> disabled_passes;
  std::int64_t runs = 20;
  std::size_t top = 20;
  std::string trace;
  bool check_numerics = false;
  bool json = false;
  bool overhead = false;
};

void add_data(ProfileOptions& options) {
  if (options.data.inputs.empty() && !options.data.random_inputs) options.data.random_inputs = 1;
}

Executable compiled(const Graph& graph, const ProfileOptions& options) {
  require_memory_for(graph);
  CompileOptions compile_options;
  compile_options.variables = variables_for(graph, options.data);
  compile_options.disabled_passes = options.disabled_passes;
  compile_options.check_numerics = options.check_numerics;
  Executable executable = compile(graph, backend_named(options.backend), compile_options);
  for (const auto& [name, tensor] : inputs_for(graph, options.data)) executable.set(name, tensor);
  return executable;
}

double seconds_of_run(Executable& executable) {
  Stopwatch stopwatch;
  executable.run();
  return 1e-3 * stopwatch.lap();
}

/// The same runs with and without the profile, in turn, so that what else the machine does meets both.
std::string overhead_text(Executable& executable, std::int64_t rounds) {
  Timing without;
  Timing with;
  for (std::int64_t round = 0; round < rounds; ++round) {
    executable.profile_runs(false);
    without.milliseconds.push_back(1000 * seconds_of_run(executable));
    executable.profile_runs(true);
    with.milliseconds.push_back(1000 * seconds_of_run(executable));
  }
  return fmt::format("{:.3f} ms without the profile, {:.3f} ms with it (medians of {}): {:+.2f} %\n", without.median(),
                     with.median(), rounds, 100 * (with.median() / without.median() - 1));
}

void profile(ProfileOptions options) {
  add_data(options);
  const Graph graph = load_source(options.source);
  Executable executable = compiled(graph, options);
  executable.run();  // touches memory that nobody has touched before
  if (options.overhead) return write_output("", overhead_text(executable, options.runs));

  executable.profile_runs(true);
  ProfileReport report;
  Trace trace;
  double seconds = 0;
  for (std::int64_t run = 0; run < options.runs; ++run) {
    seconds += seconds_of_run(executable);
    if (!options.trace.empty() && trace.runs() < most_traced_runs)
      trace.add_last_run(executable, fmt::format("run {}", run + 1));
  }
  report.add(executable);
  report.set_runs(static_cast<std::uint64_t>(options.runs), seconds);
  if (!options.trace.empty()) write_file(options.trace, trace.to_json());
  const Roofline roofline = measure_roofline();
  write_output("", options.json ? report.to_json(roofline) : report.to_text(roofline, options.top));
}

}  // namespace

void add_profile(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("profile", "Time every kernel of a graph: by node, by kind, against the machine's peak");
  const auto options = std::make_shared<ProfileOptions>();
  // A learning rate may be among them: small numbers keep the weights of a training step from running away.
  options->data.range.low = 0.0;
  options->data.range.high = 0.01;
  add_graph_source(*command, options->source);
  add_data_options(*command, options->data);
  add_backend_option(*command, options->backend);
  add_disabled_passes_option(*command, options->disabled_passes);
  command->add_option("--runs", options->runs, "How often to run it")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--top", options->top, "How many nodes to list, the longest first; 0: all")
      ->capture_default_str();
  command
      ->add_option("--trace", options->trace,
                   "Write the timeline of the first ten runs, for ui.perfetto.dev or chrome://tracing")
      ->option_text("FILE");
  command->add_flag("--check-numerics", options->check_numerics, "Check every value for NaN and infinities as well");
  command->add_flag("--overhead", options->overhead, "Instead: what profiling itself costs, runs with and without");
  command->add_flag("--json", options->json, "Print a JSON object, with all nodes");
  command->footer(
      "Examples:\n"
      "  weft profile --model nmt --source-length 19 --target-length 11 --integer-high 5000\n"
      "  weft profile graph.json --runs 100 --trace trace.json     then open trace.json at ui.perfetto.dev\n"
      "  weft profile graph.json --inputs in.safetensors --weights weights.safetensors --json\n"
      "  weft profile graph.json --disable-pass batch-over-time    what the pass brings\n\n"
      "Without --inputs they are random. The machine's arithmetic (a large product) and memory (a = b + 3 c) are\n"
      "measured beside it, on as many threads.");
  command->callback([options] { profile(*options); });
}

}  // namespace weft::tool
