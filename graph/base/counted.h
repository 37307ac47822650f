#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

/// A number of things as a message says it: "1 line", "2 lines". Where the plural is not the word and an s, give it:
/// counted(n, "batch", "batches").
std::string counted(std::uint64_t count, std::string_view one, std::string_view several = "");

}  // namespace weft
