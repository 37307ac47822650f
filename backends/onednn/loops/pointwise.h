#pragma once

#include <cstdint>

#include "graph/op.h"
#include "graph/types.h"

// The loops of pointwise ops, which kernels of one node and fused kernels call alike.

namespace weft::onednn {

/// y[i] = f(a[i * strides[0]], b[i * strides[1]], ...) with strides of 0 or 1. y may be an operand of stride 1 whose
/// elements are of its size.
using PointwiseLoop = void(const void* const* operands, const std::int64_t* strides, void* y, std::int64_t count);

/// The loop of an op whose last operand and result have these element types; nullptr when there is none.
PointwiseLoop* pointwise_loop(const Op& op, DType operand, DType result);

// Its parts, each in the file of the kernels.
PointwiseLoop* unary_loop(const Op& op, DType dtype);
PointwiseLoop* binary_loop(const Op& op, DType operand);
PointwiseLoop* select_loop(DType result);
PointwiseLoop* cast_loop(DType from, DType to);

/// y = what the op makes of the `count` elements of x.
using RowLoop = void(const void* x, void* y, std::int64_t count);
/// For a reduction: y is one element. nullptr when there is none.
RowLoop* row_reduction_loop(const Op& op, DType dtype);
/// For softmax and log_softmax, f32.
RowLoop* row_function_loop(const Op& op);

}  // namespace weft::onednn
