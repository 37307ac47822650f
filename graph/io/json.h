#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "graph/graph.h"
#include "graph/op.h"

namespace weft {

/// The graph as JSON, one line a node in topological_order(): the form for other programs, explained in docs/ir.md with
/// its schema in docs/graph.schema.json. Throws Error when a name or string is not UTF-8, which JSON cannot hold.
std::string to_json(const Graph& graph);

/// The graph that JSON describes; its nodes may stand in any order. Throws Error, with the node's name, for anything
/// that is no such graph: another format or version, unknown keys or ops, repeated names, operands that do not exist,
/// cycles, types that differ from what the operands make, sizes that overflow. Whatever the input, it takes time and
/// memory in proportion to its length, splats (SplatBudget) aside.
Graph from_json(std::string_view json, const OpTable& ops);

/// The graph in a file of either form, told apart by the content. Throws Error that begins with the path.
Graph load_graph(const std::filesystem::path& path, const OpTable& ops);

}  // namespace weft
