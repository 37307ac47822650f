#include <memory>

#include "tools/inspect/summary.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/graph_format.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/output.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct DumpOptions {
  GraphSource source;
  StageOptions stage;
  std::string format = "text";
  bool summary = false;
  std::string output;
};

void dump(const DumpOptions& options) {
  Graph graph = load_source(options.source);
  bring_to_stage(graph, options.stage);
  write_output(options.output,
               options.summary ? summary(graph, options.stage.compiles()) : written(graph, options.format));
}

}  // namespace

void add_dump(Program& program) {
  const Command command =
      program.command("dump", "Write a graph: as text, JSON or a picture, before or after compiling");
  const auto options = std::make_shared<DumpOptions>();
  add_format_option(command, options->format);
  command.flag("--summary", options->summary, "Instead of the graph: its size, its cost, its nodes by op");
  command.option("-o,--output", options->output, "Where to; otherwise standard output").value("FILE");
  add_stage_options(command, options->stage);
  add_graph_source(command, options->source);
  command.footer(
      "Examples:\n"
      "  weft dump --model nmt --preset small --graph training --summary\n"
      "  weft dump --model nmt --graph encoder --rows 1 --source-length 3 --format dot | dot -Tsvg > encoder.svg\n"
      "  weft dump --model nmt --preset small --format json -o training.json\n"
      "  weft dump training.json --after compilation               as it runs on the oneDNN backend\n"
      "  weft dump training.json --after cse --backend reference   right after the pass cse\n\n"
      "`weft opt` runs passes of your own choice.");
  command.action([options] { dump(*options); });
}

}  // namespace weft::tool
