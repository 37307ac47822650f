#include "backends/onednn/loops/pointwise.h"

#include <algorithm>

#include "ops/op_list.h"

namespace weft::onednn {
namespace {

template <typename T>
void copy(const void* const* operands, const std::int64_t* strides, void* result, std::int64_t count) {
  const T* x = static_cast<const T*>(operands[0]);
  if (strides[0] == 0)
    std::fill_n(static_cast<T*>(result), count, *x);
  else
    std::copy_n(x, count, static_cast<T*>(result));
}

}  // namespace

PointwiseLoop* pointwise_loop(const Op& op, DType operand, DType result) {
  if (&op == &op::select) return select_loop(result);
  if (&op == &op::cast) return cast_loop(operand, result);
  if (&op == &op::broadcast || &op == &op::reshape)
    return size_of(result) == 1 ? copy<std::uint8_t> : copy<std::uint32_t>;
  PointwiseLoop* unary = unary_loop(op, operand);
  return unary != nullptr ? unary : binary_loop(op, operand);
}

}  // namespace weft::onednn
