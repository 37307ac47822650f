#pragma once

#include <cstdint>
#include <string>

namespace weft::nmt {

/// The text of a file, or of standard input when the path is "-"; what gzip has packed is unpacked. Throws Error that
/// names the path when it cannot be read, is damaged, or has more than `max_bytes`, packed or not.
std::string read_text(const std::string& path, std::uint64_t max_bytes);

}  // namespace weft::nmt
