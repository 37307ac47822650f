#pragma once

#include <string_view>

namespace weft::nmt {

/// Writes to standard output at once: results and nothing else. Throws Error when that fails (disk full).
void print(std::string_view text);

/// A line on standard error: talk. When that cannot be written, nobody can be told.
void say(std::string_view line);

}  // namespace weft::nmt
