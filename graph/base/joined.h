#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weft {

/// The items in their order with the separator between them: "a, b, c". (fmt::join does the same with any items, and
/// makes every file that calls it half a second slower to compile.)
std::string joined(std::span<const std::string> items, std::string_view separator);
std::string joined(std::span<const std::string_view> items, std::string_view separator);
std::string joined(std::span<const std::int64_t> items, std::string_view separator);

}  // namespace weft
