#include "backends/check/compare.h"

#include <fmt/format.h>

#include <memory>

#include "backends/reference/reference_backend.h"
#include "tools/inspect/compare_report.h"
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

struct CompareOptions {
  GraphSource source;
  DataOptions data;
  std::string backend = "onednn";
  std::string against = "oracle";
  std::vector<std::string> disabled_passes;
  std::string precision = "f32";
  double tolerance = 1e-4;
  std::size_t worst = 10;
  bool json = false;
};

/// It would hide the clipped gradients, without which a step of Adam that amplifies their rounding cannot be told from
/// a wrong one. `weft check-passes` looks at that pass.
const std::string hiding_pass = "fuse-clip";

CompareSide checked_side(const CompareOptions& options) {
  CompareSide side{&backend_named(options.backend)};
  side.disabled_passes = options.disabled_passes;
  side.disabled_passes.push_back(hiding_pass);
  if (options.precision == "bf16") side.precision = Precision::bf16;
  if (options.precision == "int8") side.extra_passes = {"int8-weights"};
  return side;
}

CompareSide other_side(const CompareOptions& options) {
  if (options.against == "oracle") return {&reference_backend(), false};
  CompareSide side{&backend_named(options.against)};
  side.disabled_passes = {hiding_pass};
  return side;
}

void compare(const CompareOptions& options) {
  const Graph graph = load_source(options.source);
  require_memory_for_all_values(graph);
  const TensorMap inputs = inputs_for(graph, options.data);
  const TensorMap variables = variables_for(graph, options.data)->snapshot();
  const Comparison comparison =
      compare_sides(graph, checked_side(options), other_side(options), inputs, variables, options.tolerance);
  write_output("", options.json ? comparison_json(comparison, options.worst)
                                : comparison_text(comparison, options.worst, options.tolerance));
  if (const ComparedValue* first = comparison.first())
    fail("{} and {} part at {} by {:.3g}, allowed is {:.3g}", options.backend, options.against, first->to_string(),
         first->difference.distance, first->difference.allowed);
}

}  // namespace

void add_compare(Program& program) {
  const Command command =
      program.command("compare", "Run a graph in two ways, and find the first node where they part");
  const auto options = std::make_shared<CompareOptions>();
  add_graph_source(command, options->source);
  add_data_options(command, options->data);
  add_backend_option(command, options->backend);
  command
      .option("--against", options->against,
              "oracle: the graph as declared, node by node in float64, without passes. Or a backend, with all passes")
      .one_of({"oracle", "onednn", "reference"})
      .show_default();
  add_disabled_passes_option(command, options->disabled_passes);
  command.option("--precision", options->precision, "Of the checked side: products in f32 or bf16, or weights in int8")
      .one_of({"f32", "bf16", "int8"})
      .show_default();
  command
      .option("--tolerance", options->tolerance,
              "How far an element may be off, as a part of its value's largest one (or of 0.001)")
      .not_negative()
      .show_default();
  command.option("--worst", options->worst, "How many values to list").show_default();
  command.flag("--json", options->json, "Print a JSON object");
  command.footer(
      "Examples:\n"
      "  weft compare graph.json --random-inputs 1                      the oneDNN backend against the oracle\n"
      "  weft compare graph.json --inputs in.safetensors --against reference\n"
      "  weft compare graph.json --inputs in.safetensors --disable-pass factor-sums --against onednn\n"
      "  weft compare forward.json --inputs in.safetensors --precision int8 --against onednn --tolerance 0.05\n\n"
      "--backend, --disable-pass and --precision are those of the side that is checked. Compared is every value\n"
      "of the graph that both sides compute (passes put others in their place), each right after its kernel; then\n"
      "the outputs and the updated variables. The pass fuse-clip is left out on both sides: it would hide the\n"
      "clipped gradients. The exit status is 1 when they part.");
  command.action([options] { compare(*options); });
}

}  // namespace weft::tool
