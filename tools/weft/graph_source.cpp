#include "tools/weft/graph_source.h"

#include <algorithm>

#include "graph/io/json.h"
#include "ops/ops.h"
#include "tools/benchmark_models/benchmark_models.h"

namespace weft::tool {
namespace {

constexpr std::string_view translator = "nmt";

}  // namespace

Graph load_graph_file(const std::string& file) { return load_graph(file == "-" ? "/dev/stdin" : file, all_ops()); }

void add_graph_source(const Command& command, GraphSource& source) {
  command.option("file,--file", source.file, std::string("A graph: ") + graph_file_help).value("GRAPH");
  std::vector<std::string> names{std::string(translator)};
  for (const BenchmarkModel& model : benchmark_models()) names.emplace_back(model.name);
  Option model =
      command
          .option("--model", source.model,
                  "A model's graph instead: nmt, the translator; or the training step of another, of one size")
          .one_of(names);
  source.of_nmt = add_nmt_graph_options(command, source.nmt, model);
}

bool is_given(const GraphSource& source) { return !source.model.empty() || !source.file.empty(); }

Graph load_source(const GraphSource& source) {
  if (source.model.empty() == source.file.empty()) throw UsageError("give either a graph file or --model");
  if (source.model == translator) return build_nmt_graph(source.nmt);
  if (std::ranges::any_of(source.of_nmt, &Option::given))
    throw UsageError("'" + source.model + "' has one size alone: the options of the translator need --model nmt");
  if (!source.model.empty()) return benchmark_graph(source.model);
  return load_graph_file(source.file);
}

}  // namespace weft::tool
