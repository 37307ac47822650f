#pragma once

#include <cstdint>
#include <string_view>

#include "graph/attributes.h"
#include "ops/ops.h"

// What low_precision_dense, its kernels and the passes that make it share. Not for users.

namespace weft {

/// "bf16", "int8".
std::string_view to_string(WeightPrecision weights);
/// The inverse of to_string. Throws Error that lists the names.
WeightPrecision parse_weight_precision(std::string_view name);
/// The attribute "weights".
WeightPrecision weight_precision_of(const Attributes& attributes);

/// The most terms of a sum of products of 8-bit numbers: 65,536 times 255 times 127 still fits in 32 bits.
inline constexpr std::int64_t max_int8_terms = 65'536;

/// Rows and columns whose largest magnitude is not above it count as zero: the inverse of their step would overflow.
inline constexpr double least_int8_magnitude = 1e-30;

}  // namespace weft
