#pragma once

#include <string>
#include <string_view>

#include "graph/graph.h"
#include "tools/common/command_line.h"

namespace weft::tool {

/// Adds --format: text, json or dot.
Option add_format_option(const Command& command, std::string& format);

/// The graph in a form that add_format_option has checked.
std::string written(const Graph& graph, std::string_view format);

/// How a file of that form is usually called: ".weft", ".json", ".dot".
std::string_view extension_of(std::string_view format);

}  // namespace weft::tool
