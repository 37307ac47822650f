#include "ops/reduction/reduction.h"

#include <algorithm>
#include <numeric>

#include "graph/base/joined.h"
#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {
namespace {

/// The attribute "axes". Throws Error unless it holds axes of the shape, ascending, each once.
const std::vector<std::int64_t>& axes_of(const Attributes& attributes, const Shape& shape) {
  const auto& axes = attributes.get<std::vector<std::int64_t>>("axes");
  const auto rank = static_cast<std::int64_t>(shape.rank());
  for (const std::int64_t axis : axes)
    require(axis >= 0 && axis < rank, "axis {} is out of range for shape {}", axis, shape);
  if (std::ranges::adjacent_find(axes, std::ranges::greater_equal{}) != axes.end())
    fail("axes [{}] must ascend, each given once", joined(axes, ","));
  return axes;
}

Shape reduced_shape(const Shape& shape, const Attributes& attributes) {
  const bool keep_dims = attributes.get<bool>("keep_dims");
  const std::vector<std::int64_t>& axes = axes_of(attributes, shape);
  Shape reduced = shape;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    const auto at = static_cast<std::size_t>(*axis);
    reduced = keep_dims ? reduced.with(at, 1) : reduced.without(at);
  }
  return reduced;
}

}  // namespace

Attributes reduction_attributes(Value x, std::vector<std::int64_t> axes, bool keep_dims) {
  if (axes.empty() && x) {
    axes.resize(x.shape().rank());
    std::iota(axes.begin(), axes.end(), std::int64_t{0});
  }
  for (std::int64_t& axis : axes) axis = axis_from_first(x, axis);
  std::ranges::sort(axes);
  return {{"axes", std::move(axes)}, {"keep_dims", keep_dims}};
}

Shape kept_shape(const Shape& shape, const Attributes& attributes) {
  Shape kept = shape;
  for (const std::int64_t axis : axes_of(attributes, shape)) kept = kept.with(static_cast<std::size_t>(axis), 1);
  return kept;
}

std::vector<TensorType> infer_float_reduction(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require_float(operands[0], "x");
  return infer_number_reduction(operands, attributes);
}

std::vector<TensorType> infer_number_reduction(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 1);
  require_number(operands[0], "x");
  return {{operands[0].dtype, reduced_shape(operands[0].shape, attributes)}};
}

Value spread(Value reduced, const Shape& shape, const Attributes& attributes) {
  const Shape kept = kept_shape(shape, attributes);
  if (reduced.shape() != kept) reduced = reshape(reduced, kept);
  return reduced.shape() == shape ? reduced : broadcast(reduced, shape);
}

}  // namespace weft
