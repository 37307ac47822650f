#pragma once

#include <cstdint>

namespace weft::onednn {

/// A loop of a pointwise op: y[i] = f(a[i * strides[0]], b[i * strides[1]], ...) with strides of 0 or 1. y may be an
/// operand of stride 1 whose elements are of its size.
using PointwiseLoop = void(const void* const* operands, const std::int64_t* strides, void* y, std::int64_t count);

}  // namespace weft::onednn
