#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

// Graphs as inputs of harnesses: their text, which people can read, minimise (`weft reduce`) and keep when the
// generator changes; and any other bytes, which spell a random graph (Choices).

namespace weft::fuzz {

/// The graph of an input, its floating-point values in f32; nothing when it is no valid graph, or a large one.
std::optional<Graph> graph_of(std::string_view input);

/// A graph changed, or a new one, as text; the same for the same seed.
std::string mutate_graph_text(const std::string& input, std::uint64_t seed);

/// Random graphs and the cases of all ops, as text.
std::vector<std::string> graph_seeds();

}  // namespace weft::fuzz
