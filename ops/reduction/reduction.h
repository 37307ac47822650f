#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

// What the reductions share: their attributes "axes" (from the first axis, ascending) and "keep_dims".

namespace weft {

/// The attributes of a reduction of x: axes counted from the first one and in order; all of them for none.
Attributes reduction_attributes(Value x, std::vector<std::int64_t> axes, bool keep_dims);
/// The shape with the reduced axes as 1.
Shape kept_shape(const Shape& shape, const Attributes& attributes);
/// A floating-point x -> the same type under the reduced shape.
std::vector<TensorType> infer_float_reduction(std::span<const TensorType> operands, const Attributes& attributes);
/// The same, with i32 allowed.
std::vector<TensorType> infer_number_reduction(std::span<const TensorType> operands, const Attributes& attributes);
/// A reduction's result, or its cotangent, repeated over the elements it was reduced from.
Value spread(Value reduced, const Shape& shape, const Attributes& attributes);

}  // namespace weft
