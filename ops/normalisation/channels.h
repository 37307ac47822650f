#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "graph/graph.h"

// What batch_norm_training, batch_norm_inference and group_norm share: x with a channel axis, the attribute "axis", and
// vectors of [channels]; and the attribute "epsilon".

namespace weft {

/// Throws Error unless x has the axis, the others are vectors of its extent and of x's type, and the epsilon is
/// positive.
void check_channel_norm(std::span<const TensorType> operands, std::span<const std::string_view> names,
                        const Attributes& attributes);

/// All axes of the shape but that one.
std::vector<std::int64_t> axes_but(const Shape& shape, std::int64_t axis);
/// [channels] as what broadcasts to x: with the channels along the axis.
Value along_channels(Value vector, const Shape& x, std::int64_t axis);

}  // namespace weft
