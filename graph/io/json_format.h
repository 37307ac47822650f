#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// What the writer and the reader of the JSON form share.

namespace weft::json_format {

inline constexpr std::string_view name = "weft-graph";
inline constexpr std::int64_t version = 1;

/// How an operand is named: by its node, with ":1" behind it for the node's second result, and so on. The first one is
/// ":0" where the node's own name could be taken for such a reference.
std::string reference(std::string_view node_name, std::size_t result_index);

/// The node's name and the index of its result.
std::pair<std::string_view, std::size_t> split_reference(std::string_view reference);

}  // namespace weft::json_format
