#pragma once

#include <array>
#include <string_view>

#include "ops/convolution/windows.h"
#include "ops/ops.h"

// conv and its two gradients are each other's gradients: with the same attributes, each is linear in both operands.

namespace weft {

/// What the three say of their common attributes.
inline constexpr std::array<std::string_view, 5> conv_attributes{
    "strides: the step from one window to the next, along each spatial axis",
    "padding: the zeros before and after each spatial axis in turn",
    "dilations: the distance between the elements that a window takes, along each spatial axis",
    "groups: how many groups the channels fall into, each convolved by itself", channels_last_attribute};

/// The options as attributes; x has their number of spatial axes.
Attributes conv_attributes_of(Value x, const ConvOptions& options);
/// What the attributes of any of the three have in common.
Attributes conv_base_attributes(const Attributes& attributes);

/// The three by the attributes of any of them.
Value conv_like(Value x, Value filter, const Attributes& attributes);
Value conv_input_gradient_like(Value cotangent, Value filter, const Shape& x, const Attributes& attributes);
Value conv_filter_gradient_like(Value x, Value cotangent, const Shape& filter, const Attributes& attributes);

}  // namespace weft
