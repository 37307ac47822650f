#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "graph/base/file.h"
#include "graph/base/quantity.h"
#include "passes/pipeline.h"
#include "tools/inspect/explain_page.h"
#include "tools/inspect/pass_history.h"
#include "tools/inspect/pass_picture.h"
#include "tools/inspect/summary.h"
#include "tools/inspect/table.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/output.h"
#include "tools/weft/range_options.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct ExplainOptions {
  GraphSource source;
  std::vector<std::string> passes = {"compilation"};
  std::vector<std::string> disabled;
  std::string backend = "onednn";
  PassHistoryOptions recording;
  std::string page;
  std::string pictures;
  bool json = false;
  bool reasons = false;
};

std::string as_table(const PassHistory& history) {
  const bool timed = history.stages[0].cost.median_ms.has_value();
  std::vector<std::string> header{"",        "pass",     "nodes",   "removed", "new",
                                  "changed", "products", "kernels", "GFLOP",   "arena"};
  if (timed) header.push_back("median ms");
  Table table(header, timed ? "rlrrrrrrrrr" : "rlrrrrrrrr");
  for (std::size_t i = 0; i < history.stages.size(); ++i) {
    const Stage& stage = history.stages[i];
    const auto count = [&](std::size_t n) { return n == 0 || i == 0 ? std::string() : std::to_string(n); };
    std::vector<std::string> row{i == 0 ? "" : std::to_string(i),
                                 i == 0 ? "(as declared)" : std::string(stage.pass->name),
                                 std::to_string(stage.cost.nodes),
                                 count(stage.change.removed),
                                 count(stage.change.added),
                                 count(stage.change.changed),
                                 std::to_string(stage.cost.products),
                                 std::to_string(stage.cost.kernels),
                                 fmt::format("{:.2f}", stage.cost.flops / 1e9),
                                 bytes_text(stage.cost.arena_bytes)};
    if (timed) row.push_back(fmt::format("{:.1f}", *stage.cost.median_ms));
    table.add(row);
  }
  return table.to_string();
}

/// What passes left as it was, and why, a line each.
std::string reasons_of(const PassHistory& history) {
  std::string text;
  for (std::size_t i = 0; i < history.stages.size(); ++i)
    for (const std::string& reason : history.stages[i].reasons)
      text += fmt::format("{} {}: {}\n", i, history.stages[i].pass->name, reason);
  return text;
}

/// One file a pass that changed anything, "03_simplify.svg", and "00_all.svg".
void write_pictures(const PassHistory& history, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_file(folder / "00_all.svg", pass_picture(history, 0, history.stages.size() - 1));
  for (std::size_t i = 1; i < history.stages.size(); ++i)
    if (history.stages[i].changed)
      write_file(folder / fmt::format("{:02}_{}.svg", i, history.stages[i].pass->name),
                 pass_picture(history, i - 1, i));
}

void explain(const ExplainOptions& options) {
  require_range(options.recording.range);
  std::vector<const Pass*> passes = passes_named(options.passes);
  for (const std::string& name : options.disabled) std::erase(passes, &find_pass(name));
  const PassHistory history =
      record_passes(load_source(options.source), backend_named(options.backend), passes, options.recording);
  if (!options.pictures.empty()) write_pictures(history, options.pictures);
  if (!options.page.empty()) return write_output(options.page, explain_page(history));
  if (options.reasons) return write_output("", reasons_of(history));
  write_output("", options.json ? explain_json(history) + "\n" : as_table(history));
}

}  // namespace

void add_explain(Program& program) {
  const Command command =
      program.command("explain", "Show what every pass does to a graph: as a page, as pictures, as a table");
  const auto options = std::make_shared<ExplainOptions>();
  command
      .option("-o,--output", options->page,
              "Write a page (HTML, complete in itself) with every pass and what it removes, makes and changes")
      .value("PAGE");
  command
      .option("--pictures", options->pictures,
              "Write pictures (SVG) there: of all passes, and of every pass that changes anything")
      .value("FOLDER");
  command.flag("--json", options->json, "What the page is made of, instead of a table");
  command.flag("--reasons", options->reasons,
               "Instead of a table: why passes left nodes as they were, as far as they say so (fuse-elementwise does)");
  command.option("--passes", options->passes, "These passes, with commas between, instead of those that compiling runs")
      .value("NAMES")
      .comma_separated();
  add_disabled_passes_option(command, options->disabled);
  add_backend_option(command, options->backend);
  add_processes_option(command, options->recording.processes);
  command
      .option("--time", options->recording.runs,
              "Run every stage so many times on random inputs, for the median; otherwise nothing is run")
      .value("RUNS")
      .between(1, 1000);
  add_range_options(command, options->recording.range);
  add_graph_source(command, options->source);
  command.footer(
      "  nodes      that compute, leaves aside\n"
      "  products   of them, matrix products and lookups\n"
      "  kernels    of them, those that are no views\n"
      "  arena      memory for values between leaves and outputs, the kernels' scratch aside\n\n"
      "Examples:\n"
      "  weft explain --model nmt --source-length 19 --target-length 11\n"
      "  weft explain --model nmt --preset small -o passes.html\n"
      "  weft explain graph.json --time 7 -o passes.html           with the time of a run after every pass\n"
      "  weft explain graph.json --reasons                         what was not fused, and why\n"
      "  weft explain graph.json --passes decompose,cse --pictures pictures");
  command.action([options] { explain(*options); });
}

}  // namespace weft::tool
