#pragma once

#include <string_view>

namespace weft::tool {

/// From now on the program goes on when those who read its talk have gone (SIGPIPE is ignored).
void outlive_readers();

/// Writes to standard output at once: results and nothing else. Throws Error when that fails (disk full). When the
/// reader has gone, as `head` does, the program ends as it would anywhere: by SIGPIPE, without a message.
void print(std::string_view text);

/// A line on standard error: talk. When that cannot be written, nobody can be told.
void say(std::string_view line);

}  // namespace weft::tool
