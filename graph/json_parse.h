#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace weft {

/// Parses one JSON text. Throws Error for a syntax error (with line and column), a key that an object holds twice,
/// invalid UTF-8, a zero byte, or nesting deeper than `max_depth`.
nlohmann::json parse_json(std::string_view text, std::size_t max_depth);

}  // namespace weft
