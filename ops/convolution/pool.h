#pragma once

#include <array>
#include <string_view>

#include "ops/convolution/windows.h"
#include "ops/ops.h"

// What the poolings share.

namespace weft {

/// What they say of their common attributes.
inline constexpr std::array<std::string_view, 4> pool_attributes{
    "window: the extents of a window", "strides: the step from one window to the next, along each spatial axis",
    "padding: how far windows reach beyond x, before and after each spatial axis in turn", channels_last_attribute};

/// The options as attributes; x has their number of spatial axes.
Attributes pool_attributes_of(Value x, const Integers& window, const PoolOptions& options);

/// What cases pool that has no gradient: numbers from 0 to 10.
Value pool_case_constant(Graph& graph, const Shape& shape);

}  // namespace weft
