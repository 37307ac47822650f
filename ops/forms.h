#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace weft {

// What the attributes of a node say, by its op, for passes, kernels and tools. Each throws Error when the node is of an
// op without them.

/// matmul: which of its operands are stored transposed.
struct MatmulForm {
  bool transpose_a = false;
  bool transpose_b = false;
  friend auto operator<=>(const MatmulForm&, const MatmulForm&) = default;
};
MatmulForm matmul_form(const Node& node);
/// The axes of a matmul's operand or result that count batches: all but the last two.
Shape batch_shape(const Shape& matrices);

/// slice: every step-th of the elements [begin, end) along the axis.
struct SliceForm {
  std::int64_t axis = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t step = 1;
};
SliceForm slice_form(const Node& node);

/// pad: how many zeros come before and after what is along the axis.
struct PadForm {
  std::int64_t axis = 0;
  std::int64_t before = 0;
  std::int64_t after = 0;
};
PadForm pad_form(const Node& node);

/// reduce_sum, reduce_max, reduce_prod, logsumexp.
struct ReductionForm {
  std::vector<std::int64_t> axes;
  bool keep_dims = false;
};
ReductionForm reduction_form(const Node& node);

/// cast: the element type of the result.
DType dtype_of_cast(const Node& node);

/// cumsum: along which axis, and from its end when `reverse`.
struct CumsumForm {
  std::int64_t axis = 0;
  bool reverse = false;
};
CumsumForm cumsum_form(const Node& node);

/// gather, scatter_add: along which axis, and how many leading axes both operands share.
struct GatherForm {
  std::int64_t axis = 0;
  std::int64_t batch_axes = 0;
};
GatherForm gather_form(const Node& node);

/// The one axis of a concat, slice, pad, flip, argmax, cumsum, softmax or log_softmax.
std::int64_t axis_of(const Node& node);

/// transpose: axis i of the result is axis permutation[i] of the operand.
const std::vector<std::int64_t>& permutation_of(const Node& node);
/// That which undoes it.
std::vector<std::int64_t> inverse_permutation(const std::vector<std::int64_t>& permutation);

}  // namespace weft
