#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <optional>

#include "backends/executable.h"
#include "backends/finite_check.h"
#include "graph/json.h"
#include "graph/safetensors.h"
#include "ops/ops.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/memory_limit.h"
#include "tools/weft/output.h"
#include "tools/weft/table.h"
#include "tools/weft/tensor_draws.h"
#include "tools/weft/tensor_files.h"

namespace weft::tool {
namespace {

struct RunOptions {
  std::string graph;
  std::string inputs;
  std::optional<std::uint64_t> random_inputs;
  DrawRange range;
  std::string save_inputs;
  std::string weights;
  std::string save_weights;
  std::uint64_t seed = 1;
  std::string backend = "onednn";
  std::string outputs;
  std::string expect;
  double tolerance = 1e-5;
  bool check_finite = false;
  bool poison = false;
  std::vector<std::string> disabled_passes;
  bool check_passes = false;
};

TensorMap inputs_for(const Graph& graph, const RunOptions& options) {
  if (!options.inputs.empty()) return read_inputs(options.inputs, graph);
  if (options.random_inputs) return draw_inputs(graph, *options.random_inputs, options.range);
  const std::vector<NodeId> inputs = graph.leaves(leaf::input);
  require(inputs.empty(), "graph '{}' has {} inputs ('{}', ...); give them with --inputs FILE or --random-inputs SEED",
          graph.name(), inputs.size(), inputs.empty() ? "" : graph.node(inputs[0]).name);
  return {};
}

/// Least, mean and largest element of each output, and how many are no finite number.
std::string table_of_outputs(const TensorMap& outputs) {
  Table table({"output", "type", "least", "mean", "largest", "not finite"}, "llrrrr");
  for (const auto& [name, tensor] : outputs) {
    double least = INFINITY;
    double largest = -INFINITY;
    double sum = 0.0;
    std::int64_t finite = 0;
    const std::int64_t volume = tensor.shape().volume();
    for (std::int64_t i = 0; i < volume; ++i) {
      const double number = tensor.number(i);
      if (!std::isfinite(number)) continue;
      least = std::min(least, number);
      largest = std::max(largest, number);
      sum += number;
      ++finite;
    }
    const auto text = [&](double number) { return finite == 0 ? "" : fmt::format("{:.6g}", number); };
    table.add({name, tensor.type().to_string(), text(least), text(sum / static_cast<double>(finite)), text(largest),
               finite == volume ? "" : std::to_string(volume - finite)});
  }
  return table.to_string();
}

void run(const RunOptions& options) {
  require_range(options.range);
  const Graph graph = load_graph(options.graph, all_ops());
  require_memory_for(graph);
  const TensorMap inputs = inputs_for(graph, options);
  if (!options.save_inputs.empty()) save_safetensors(options.save_inputs, inputs, {});

  CompileOptions compile_options;
  compile_options.variables = std::make_shared<Variables>(options.seed);
  compile_options.disabled_passes = options.disabled_passes;
  if (options.check_passes) compile_options.check_passes = &reference_backend();
  compile_options.poison = options.poison;
  compile_options.variables->initialise(graph);
  if (!options.weights.empty()) read_weights(options.weights, graph, *compile_options.variables);
  if (options.check_finite) require_finite(graph, backend_named(options.backend), inputs, *compile_options.variables);
  Executable executable = compile(graph, backend_named(options.backend), compile_options);
  const TensorMap outputs = executable.run(inputs);

  if (!options.outputs.empty()) save_safetensors(options.outputs, outputs, {});
  if (!options.save_weights.empty()) save_safetensors(options.save_weights, executable.variables().snapshot(), {});
  write_output("", table_of_outputs(outputs));
  if (!options.expect.empty()) require_expected(options.expect, outputs, options.tolerance);
}

void add_file_options(CLI::App& command, RunOptions& options) {
  CLI::Option* inputs = command.add_option("--inputs", options.inputs, "A tensor for each input, of its name and type")
                            ->option_text("FILE");
  command.add_option("--random-inputs", options.random_inputs, "Draw the inputs at random instead")
      ->option_text("SEED")
      ->excludes(inputs);
  add_range_options(command, options.range);
  command.add_option("--save-inputs", options.save_inputs, "Write the inputs")->option_text("FILE");
  command
      .add_option("--weights", options.weights,
                  "Parameters, and states if they are in it; without, initialisers fill them")
      ->option_text("FILE");
  command.add_option("--save-weights", options.save_weights, "Write parameters and states as they are after the run")
      ->option_text("FILE");
  command.add_option("--outputs", options.outputs, "Write the outputs")->option_text("FILE");
}

}  // namespace

void add_run(CLI::App& program) {
  CLI::App* command = program.add_subcommand("run", "Run a graph once; tensors come from and go to safetensors files");
  const auto options = std::make_shared<RunOptions>();
  command->add_option("graph", options->graph, "JSON, or text (docs/ir.md)")->required()->option_text("GRAPH");
  add_file_options(*command, *options);
  add_backend_option(*command, options->backend);
  command->add_option("--seed", options->seed, "Of the initialisers")->capture_default_str();
  CLI::Option* expect =
      command->add_option("--expect", options->expect, "Fail unless the outputs in it come out")->option_text("FILE");
  command
      ->add_option("--tolerance", options->tolerance,
                   "How far an element may be off, as a part of the largest one (or of 1)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->needs(expect);
  command->add_flag("--poison", options->poison,
                    "Fill working memory with NaN after its last use, so that a kernel that reads it is found");
  command->add_flag("--check-finite", options->check_finite,
                    "Fail, naming the first node that makes one, when a value is infinite or no number");
  add_disabled_passes_option(*command, options->disabled_passes);
  add_check_passes_option(*command, options->check_passes);
  command->footer(
      "Examples:\n"
      "  weft run graph.json --random-inputs 1 --save-inputs in.safetensors --outputs out.safetensors\n"
      "  weft run graph.json --inputs in.safetensors --backend reference --expect out.safetensors\n"
      "  weft run training.json --random-inputs 1 --save-weights weights.safetensors\n"
      "  weft run forward.json --inputs in.safetensors --weights weights.safetensors\n\n"
      "Prints a line for each output. A safetensors file is read in Python by safetensors.numpy.load_file().");
  command->callback([options] { run(*options); });
}

}  // namespace weft::tool
