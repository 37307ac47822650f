#pragma once

#include <cstddef>

namespace weft {

/// The most attributes that a node in a file may have: far more than any op, and few enough that no file is slow to
/// read.
inline constexpr std::size_t max_attributes = 256;

}  // namespace weft
