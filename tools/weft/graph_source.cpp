#include "tools/weft/graph_source.h"

#include "graph/io/json.h"
#include "ops/ops.h"

namespace weft::tool {

void add_graph_source(const Command& command, GraphSource& source) {
  command.option("file,--file", source.file, "A graph: JSON, or text (docs/ir.md); -: standard input").value("GRAPH");
  Option model =
      command.option("--model", source.model, "A model's graph instead: nmt, the translator").one_of({"nmt"});
  add_nmt_graph_options(command, source.nmt, model);
}

Graph load_source(const GraphSource& source) {
  if (source.model.empty() == source.file.empty()) throw UsageError("give either a graph file or --model nmt");
  if (!source.model.empty()) return build_nmt_graph(source.nmt);
  return load_graph(source.file == "-" ? "/dev/stdin" : source.file, all_ops());
}

}  // namespace weft::tool
