#include <memory>

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/communicator.h"
#include "graph/base/error.h"
#include "passes/pipeline.h"
#include "tools/inspect/view_data.h"
#include "tools/web/page.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/output.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct ViewOptions {
  GraphSource source;
  std::string stage = "both";
  std::vector<std::string> without;
  Precision precision = Precision::f32;
  std::string backend = "onednn";
  int processes = 1;
  std::string profile;
  std::string output;
};

/// A page holds everything; a browser must still be able to open it.
constexpr std::size_t most_nodes = 200'000;

void require_viewable(const Graph& graph) {
  require(graph.node_count() <= most_nodes,
          "graph '{}' has {} nodes, more than the {} that a page may hold; declare it with fewer steps", graph.name(),
          graph.node_count(), most_nodes);
}

// The page's parts that view.js fills.
constexpr std::string_view body = R"(<div id="stage">
<div id="canvas"></div>
<section id="memory" hidden></section>
<aside id="details"></aside>
</div>)";

/// Processes that are not there, so that kernels are planned as theirs; nothing is sent.
class PlannedProcesses : public Communicator {
 public:
  explicit PlannedProcesses(int size) : size_(size) {}
  std::string_view name() const override { return "planned"; }
  int rank() const override { return 0; }
  int size() const override { return size_; }
  void all_to_all(std::span<const std::byte>, std::span<std::byte>) const override { refuse(); }
  void all_gather(std::span<std::byte>, std::size_t) const override { refuse(); }
  void broadcast(std::span<std::byte>) const override { refuse(); }
  std::shared_ptr<const Communicator> in_background(std::stop_token) const override {
    return std::make_shared<PlannedProcesses>(size_);
  }
  std::string host_of(int) const override { return "nowhere"; }

 private:
  static void refuse() { check_invariant(false, "a graph that is only looked at sends something"); }

  int size_;
};

void view(const ViewOptions& options) {
  Graph graph = load_source(options.source);
  require_viewable(graph);
  const NodeTimes times = options.profile.empty() ? NodeTimes() : load_node_times(options.profile);

  web::Page page{.title = graph.name()};
  page.styles = {"page.css", "view.css"};
  page.scripts = {"page.js",      "layout.bundle.js", "view_graph.js",  "view_layout.js",
                  "view_draw.js", "view_details.js",  "view_memory.js", "view.js"};
  page.body = body;
  const bool only_after = options.stage == "after";
  if (!only_after) page.data.emplace_back("declared", view_data(graph, "As declared", times, nullptr));
  if (options.stage != "before") {
    const bool is_shared = options.processes > 1 && options.backend == "onednn";
    const std::shared_ptr<const Backend> of_processes =
        is_shared ? onednn_backend({.communicator = std::make_shared<PlannedProcesses>(options.processes)}) : nullptr;
    const Backend& backend = is_shared ? *of_processes : backend_named(options.backend);
    run_passes_for(graph, backend, compile_pipeline(options.without, options.precision), {}, {}, options.processes);
    require_viewable(graph);
    page.data.emplace_back("compiled", view_data(graph, "Compiled", times, &backend));
  }
  write_output(options.output, web::to_html(page));
}

}  // namespace

void add_view(Program& program) {
  const Command command = program.command("view", "Write a graph and its memory as a page to look at in a browser");
  const auto options = std::make_shared<ViewOptions>();
  command.option("-o,--output", options->output, "Where to; otherwise standard output").value("PAGE.html");
  command.option("--profile", options->profile, "Times to show: what `weft profile --json` wrote").value("FILE");
  const std::string group = "Before or after compiling";
  command
      .option("--stage", options->stage, "before: as declared. after: as it runs, with its memory. both: in two tabs")
      .one_of({"before", "after", "both"})
      .show_default()
      .group(group);
  add_disabled_passes_option(command, options->without).group(group);
  add_precision_option(command, options->precision).group(group);
  add_backend_option(command, options->backend).group(group);
  add_processes_option(command, options->processes).group(group);
  add_graph_source(command, options->source);
  command.footer(
      "The page is one file that needs no network. Steps that repeat are folded; a click unfolds them. docs/view.md\n"
      "shows what is where.\n\n"
      "Examples:\n"
      "  weft view graph.json -o page.html\n"
      "  weft view --model nmt --graph training --source-length 19 --target-length 11 -o training.html\n"
      "  weft view graph.json --stage before -o page.html          as declared alone; nothing is compiled\n"
      "  weft view graph.json --disable-pass batch-over-time -o page.html\n"
      "  weft view graph.json --profile profile.json -o page.html  with the time that each node takes\n");
  command.action([options] { view(*options); });
}

}  // namespace weft::tool
