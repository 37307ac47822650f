#include "tools/weft/graph_format.h"

#include "graph/io/dot.h"
#include "graph/io/json.h"
#include "graph/io/text.h"

namespace weft::tool {

Option add_format_option(const Command& command, std::string& format) {
  return command.option("--format", format, "text, json or dot (for Graphviz)")
      .one_of({"text", "json", "dot"})
      .show_default();
}

std::string written(const Graph& graph, std::string_view format) {
  if (format == "json") return to_json(graph);
  if (format == "dot") return to_dot(graph);
  return to_text(graph);
}

std::string_view extension_of(std::string_view format) {
  if (format == "json") return ".json";
  if (format == "dot") return ".dot";
  return ".weft";
}

}  // namespace weft::tool
