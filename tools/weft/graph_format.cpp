#include "tools/weft/graph_format.h"

#include <CLI/CLI.hpp>

#include "graph/dot.h"
#include "graph/json.h"
#include "graph/text.h"

namespace weft::tool {

CLI::Option* add_format_option(CLI::App& command, std::string& format) {
  return command.add_option("--format", format, "text, json or dot (for Graphviz)")
      ->check(CLI::IsMember({"text", "json", "dot"}))
      ->capture_default_str();
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
