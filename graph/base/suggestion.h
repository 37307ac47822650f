#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// Those of the known names that are within a few letters of the unknown one, nearest first, at most three.
std::vector<std::string_view> similar_names(std::string_view unknown, std::span<const std::string_view> known);

/// For an error about an unknown name: "; did you mean 'tanh' or 'tan'?", with the similar names; empty when there
/// are none.
std::string suggestion(std::string_view unknown, std::span<const std::string_view> known);

}  // namespace weft
