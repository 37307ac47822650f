#pragma once

#include <cstdint>

// What int8_dense, its kernels and the pass that makes it share. Not for users.

namespace weft {

/// The most terms of a sum of products of 8-bit numbers: 65,536 times 255 times 127 still fits in 32 bits.
inline constexpr std::int64_t max_int8_terms = 65'536;

/// Rows and columns whose largest magnitude is not above it count as zero: the inverse of their step would overflow.
inline constexpr double least_int8_magnitude = 1e-30;

}  // namespace weft
