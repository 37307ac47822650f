#pragma once

#include <string>
#include <string_view>

namespace weft::tool {

/// Writes text to a file, whole or not at all, or to standard output when the path is empty or "-". Throws Error when
/// it cannot be written.
void write_output(const std::string& path, std::string_view text);

}  // namespace weft::tool
