#include "ops/helpers.h"

#include <algorithm>
#include <numeric>

#include "ops/ops.h"

namespace weft {

Value apply(const Op& op, std::initializer_list<Value> operands, Attributes attributes) {
  return apply_all(op, std::span(operands.begin(), operands.size()), std::move(attributes)).at(0);
}

std::vector<Value> apply_all(const Op& op, std::span<const Value> operands, Attributes attributes) {
  require(!operands.empty(), "{}: at least one operand is needed", op.name);
  require(static_cast<bool>(operands[0]), "{}: operand 0 is a null value", op.name);
  return operands[0].graph().add(op, operands, std::move(attributes));
}

std::int64_t axis_from_first(Value x, std::int64_t axis) {
  if (!x || axis >= 0) return axis;
  const auto rank = static_cast<std::int64_t>(x.shape().rank());
  return axis >= -rank ? axis + rank : axis;
}

Value constant_like(Value x, double number) {
  require(static_cast<bool>(x), "a number is combined with a null value");
  return x.graph().constant(number, x.dtype());
}

Value sum_to(Value x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const std::size_t added = x.shape().rank() - shape.rank();
  std::vector<std::int64_t> axes;
  for (std::size_t axis = 0; axis < x.shape().rank(); ++axis)
    if (axis < added || shape.extents()[axis - added] != x.shape().extents()[axis])
      axes.push_back(static_cast<std::int64_t>(axis));
  const Value sum = reduce_sum(x, axes);
  return sum.shape() == shape ? sum : reshape(sum, shape);
}

Value axis_to_last(Value x, std::size_t axis) {
  std::vector<std::int64_t> axes(x.shape().rank());
  std::iota(axes.begin(), axes.end(), std::int64_t{0});
  std::rotate(axes.begin() + static_cast<std::ptrdiff_t>(axis), axes.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
              axes.end());
  return axis + 1 == axes.size() ? x : transpose(x, axes);
}

Value axis_from_last(Value x, std::size_t axis) {
  std::vector<std::int64_t> axes(x.shape().rank());
  std::iota(axes.begin(), axes.end(), std::int64_t{0});
  std::rotate(axes.begin() + static_cast<std::ptrdiff_t>(axis), axes.end() - 1, axes.end());
  return axis + 1 == axes.size() ? x : transpose(x, axes);
}

void require_dtype(std::string_view builder, Value x, DType dtype) {
  require(static_cast<bool>(x), "{}: an operand is a null value", builder);
  require(x.dtype() == dtype, "{}: '{}' is {}: {} is needed", builder, x.name(), x.type(), to_string(dtype));
}

std::vector<std::int64_t> shape_attribute(const Shape& shape) { return {shape.begin(), shape.end()}; }

Shape shape_from(const Attributes& attributes, std::string_view name) {
  return Shape(std::span<const std::int64_t>(attributes.get<std::vector<std::int64_t>>(name)));
}

Value in_dtype(Value x, DType dtype) { return x.dtype() == dtype ? x : cast(x, dtype); }

DType sum_dtype(DType factors) { return factors == DType::bf16 ? DType::f32 : factors; }

void require_operand_count(std::span<const TensorType> operands, std::size_t count) {
  require(operands.size() == count, "{} operands are given, {} needed", operands.size(), count);
}

void require_float(const TensorType& type, std::string_view operand) {
  require(is_float(type.dtype), "{} is {}: a floating-point type is needed", operand, type);
}

void require_number(const TensorType& type, std::string_view operand) {
  require(is_float(type.dtype) || type.dtype == DType::i32, "{} is {}: a floating-point type or i32 is needed", operand,
          type);
}

bool are_factors(const TensorType& lhs, const TensorType& rhs) {
  return lhs.dtype == rhs.dtype || (lhs.dtype == DType::bf16 && rhs.dtype == DType::f32 && rhs.shape.rank() == 2);
}

void require_factors(const TensorType& lhs, const TensorType& rhs) {
  if (!are_factors(lhs, rhs)) require_same_dtype(lhs, rhs);
}

void require_same_dtype(const TensorType& lhs, const TensorType& rhs) {
  require(lhs.dtype == rhs.dtype, "element types differ: lhs {}, rhs {}", lhs, rhs);
}

std::size_t axis_of(const Attributes& attributes, const Shape& shape) {
  const std::int64_t axis = attributes.get<std::int64_t>("axis");
  require(axis >= 0 && axis < static_cast<std::int64_t>(shape.rank()), "axis {} is out of range for shape {}", axis,
          shape);
  return static_cast<std::size_t>(axis);
}

std::size_t batch_axes_of(const Attributes& attributes, const Shape& indices) {
  const std::int64_t batch_axes = attributes.get<std::int64_t>("batch_axes");
  require(batch_axes >= 0 && batch_axes <= static_cast<std::int64_t>(indices.rank()),
          "batch_axes is {}: indices of shape {} have from 0 to {}", batch_axes, indices, indices.rank());
  return static_cast<std::size_t>(batch_axes);
}

void require_same_batches(const TensorType& values, const TensorType& indices, std::size_t batch_axes) {
  const std::span<const std::int64_t> of_values = values.shape.extents();
  const std::span<const std::int64_t> of_indices = indices.shape.extents();
  require(
      batch_axes <= of_values.size() && std::ranges::equal(of_values.first(batch_axes), of_indices.first(batch_axes)),
      "the first {} extents differ: values {}, indices {}", batch_axes, values, indices);
}

std::vector<TensorType> infer_float_unary(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 1);
  require_float(operands[0], "x");
  return {operands[0]};
}

std::vector<TensorType> infer_number_unary(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 1);
  require_number(operands[0], "x");
  return {operands[0]};
}

std::vector<TensorType> infer_float_binary(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  require_float(operands[0], "a");
  return infer_number_binary(operands, attributes);
}

std::vector<TensorType> infer_number_binary(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 2);
  require_same_dtype(operands[0], operands[1]);
  require_number(operands[0], "a");
  return {{operands[0].dtype, broadcast_shapes(operands[0].shape, operands[1].shape)}};
}

double one_flop_per_result(std::span<const TensorType>, std::span<const TensorType> results, const Attributes&) {
  return static_cast<double>(results[0].shape.volume());
}

double one_flop_per_operand(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  return static_cast<double>(operands[0].shape.volume());
}

double flops_of_norm(std::span<const TensorType> operands, std::span<const TensorType>, const Attributes&) {
  double flops = 1.0;
  for (const TensorType& operand : operands) flops += 2.0 * static_cast<double>(operand.shape.volume());
  return flops;
}

double no_flops(std::span<const TensorType>, std::span<const TensorType>, const Attributes&) { return 0.0; }

}  // namespace weft
