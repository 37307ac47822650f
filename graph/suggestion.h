#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weft {

/// For an error about an unknown name: "; did you mean 'tanh' or 'tan'?", with the known names that are within a few
/// letters of it, nearest first; empty when there are none.
std::string suggestion(std::string_view unknown, std::span<const std::string_view> known);

}  // namespace weft
