#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace weft {

/// More levels than anything has that is read here. A parser that recurses, a copy or a dump takes stack for each.
inline constexpr std::size_t max_json_depth = 16;

/// Parses one JSON text: the one way in for JSON that comes from outside. Throws Error for a syntax error (with line
/// and column), a key that an object holds twice, a number that no double can hold (1e999), invalid UTF-8, a zero byte,
/// or nesting deeper than `max_depth`.
nlohmann::json parse_json(std::string_view text, std::size_t max_depth = max_json_depth);

}  // namespace weft
