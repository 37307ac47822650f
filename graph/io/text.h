#pragma once

#include <string>
#include <string_view>

#include "graph/graph.h"
#include "graph/op.h"

namespace weft {

/// The graph as text, one line a node in topological_order(): the form of dumps and tests, explained in docs/ir.md.
/// What parse_text() makes of it prints as the same text.
///
///   graph "classify" {
///     %x = input() : f32[2,3]
///     %kernel = parameter() {initializer = "glorot_uniform"} : f32[3,4]
///     %logits = matmul(%x, %kernel) {transpose_a = false, transpose_b = false} : f32[2,4]
///     output "logits" = %logits
///   }
std::string to_text(const Graph& graph);

/// The line of one node, without its indentation and its end.
std::string node_text(const Graph& graph, NodeId id);

/// The graph that a text describes; `#` and `//` begin comments. Throws Error with line and column, what was found and
/// what is needed, for anything else; whatever the input, it takes time and memory in proportion to its length, splats
/// (SplatBudget) aside.
Graph parse_text(std::string_view text, const OpTable& ops);

}  // namespace weft
