#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "backends/check/pass_check.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "backends/runtime/numerics.h"
#include "backends/runtime/poison.h"
#include "graph/io/safetensors.h"
#include "ops/ops.h"
#include "tools/inspect/table.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/data_options.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/memory_limit.h"
#include "tools/weft/output.h"
#include "tools/weft/tensor_files.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct RunOptions {
  std::string graph;
  DataOptions data;
  std::string save_inputs;
  std::string save_weights;
  std::string backend = "onednn";
  std::string kernels;
  std::string outputs;
  std::string expect;
  std::string expect_weights;
  double tolerance = 1e-5;
  std::vector<std::string> disabled_passes;
  Precision precision = Precision::f32;
  bool check_passes = false;
  bool check_numerics = false;
  bool check_memory = false;
};

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
  const Graph graph = load_graph_file(options.graph);
  require_memory_for(graph);
  const TensorMap inputs = inputs_for(graph, options.data);
  if (!options.save_inputs.empty()) save_safetensors(options.save_inputs, inputs, {});

  CompileOptions compile_options;
  compile_options.disabled_passes = options.disabled_passes;
  compile_options.precision = options.precision;
  if (options.check_numerics) compile_options = without_fusions(std::move(compile_options));
  std::optional<PassCheck> check;
  if (options.check_passes) compile_options.observer = check.emplace(graph, reference_backend()).observer();
  compile_options.check_memory_plan = options.check_memory;
  Execution execution(compile(graph, *backend_with(options.backend, options.kernels), compile_options),
                      {.variables = variables_for(graph, options.data)});
  if (options.check_numerics) execution.attach(std::make_shared<NumericsCheck>());
  if (options.check_memory) execution.attach(std::make_shared<Poison>(execution.program()));
  const TensorMap outputs = execution.run(inputs);

  if (!options.outputs.empty()) save_safetensors(options.outputs, outputs, {});
  if (!options.save_weights.empty()) save_safetensors(options.save_weights, execution.variables().snapshot(), {});
  write_output("", table_of_outputs(outputs));
  if (!options.expect.empty()) require_expected(options.expect, outputs, options.tolerance, "output");
  if (!options.expect_weights.empty())
    require_expected(options.expect_weights, execution.variables().snapshot(), options.tolerance, "variable");
}

void add_file_options(const Command& command, RunOptions& options) {
  command.option("--save-inputs", options.save_inputs, "Write the inputs").value("FILE");
  command.option("--save-weights", options.save_weights, "Write parameters and states as they are after the run")
      .value("FILE");
  command.option("--outputs", options.outputs, "Write the outputs").value("FILE");
}

void add_check_options(const Command& command, RunOptions& options) {
  Option expect = command.option("--expect", options.expect, "Fail unless the outputs in it come out").value("FILE");
  Option expect_weights = command
                              .option("--expect-weights", options.expect_weights,
                                      "Fail unless the parameters and states in it are there after the run")
                              .value("FILE");
  command
      .on_number(
          "--tolerance",
          [&options, expect, expect_weights](const double& tolerance) {
            if (!expect.given() && !expect_weights.given())
              throw UsageError("--tolerance: needs --expect or --expect-weights");
            options.tolerance = tolerance;
          },
          "How far an element may be off, as a part of the largest one (or of 1); 0: the same bits")
      .not_negative()
      .show_default("1e-05");
  command.flag("--check-numerics", options.check_numerics,
               "Fail at the first node that makes a NaN or an infinity, with its name and its operands' ranges");
  command.flag("--check-memory", options.check_memory,
               "Prove the memory plan, and fill what is dead with NaN while the graph runs");
  add_check_passes_option(command, options.check_passes);
}

}  // namespace

void add_run(Program& program) {
  const Command command = program.command("run", "Run a graph once; tensors come from and go to safetensors files");
  const auto options = std::make_shared<RunOptions>();
  command.option("graph", options->graph, graph_file_help).required().value("GRAPH");
  add_data_options(command, options->data);
  add_file_options(command, *options);
  add_backend_option(command, options->backend);
  add_kernels_option(command, options->kernels);
  add_disabled_passes_option(command, options->disabled_passes);
  add_precision_option(command, options->precision);
  add_check_options(command, *options);
  command.footer(
      "Examples:\n"
      "  weft run graph.json --random-inputs 1 --save-inputs in.safetensors --outputs out.safetensors\n"
      "  weft run graph.json --inputs in.safetensors --backend reference --expect out.safetensors\n"
      "  weft run training.json --random-inputs 1 --save-weights weights.safetensors\n"
      "  weft run forward.json --inputs in.safetensors --weights weights.safetensors\n"
      "  weft run training.json --random-inputs 1 --check-numerics\n\n"
      "Prints a line for each output. A safetensors file is read in Python by safetensors.numpy.load_file().");
  command.action([options] { run(*options); });
}

}  // namespace weft::tool
