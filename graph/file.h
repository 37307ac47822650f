#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace weft {

/// The whole content of a regular file. Throws Error that names the path when it is missing, a directory, unreadable,
/// or larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes = std::uint64_t{4} << 30);

/// Writes `content` whole or not at all: to a temporary name in the same folder, synced, then renamed over `path`. On
/// failure (disk full, no permission) removes the temporary file, leaves an earlier `path` as it was, and throws Error.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace weft
