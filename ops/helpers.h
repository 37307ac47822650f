#pragma once

// What the definitions of ops share. Not for users.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft {

// ---- Building.

/// Appends one node of an op with one result to the graph of its operands. Throws Error when an operand is null.
Value apply(const Op& op, std::initializer_list<Value> operands, Attributes attributes = {});
/// The same for any number of operands and results.
std::vector<Value> apply_all(const Op& op, std::span<const Value> operands, Attributes attributes = {});
/// The axis counted from the first one, so that equal graphs have equal attributes. One that is out of range is
/// returned as it is: inference refuses it, naming the node.
std::int64_t axis_from_first(Value x, std::int64_t axis);
/// A scalar constant of the value's element type, in its graph.
Value constant_like(Value x, double number);
/// The sum over the axes that broadcasting `shape` to the value's shape has added or stretched: of that shape.
Value sum_to(Value x, const Shape& shape);
/// x with one axis moved behind the others, and the inverse; x itself where it is the last one.
Value axis_to_last(Value x, std::size_t axis);
Value axis_from_last(Value x, std::size_t axis);
/// x in that element type: itself if it has it, else cast.
Value in_dtype(Value x, DType dtype);
/// Throws Error, in the name of the builder, when the value is null or not of that element type.
void require_dtype(std::string_view builder, Value x, DType dtype);
/// A shape as an attribute, and back. The second throws Error for what is no shape.
std::vector<std::int64_t> shape_attribute(const Shape& shape);
Shape shape_from(const Attributes& attributes, std::string_view name = "shape");

// ---- Inference.

/// Throws Error unless there are `count` operands.
void require_operand_count(std::span<const TensorType> operands, std::size_t count);
/// Throws Error unless the type is a floating-point one.
void require_float(const TensorType& type, std::string_view operand);
/// Throws Error unless the type is a floating-point one or i32.
void require_number(const TensorType& type, std::string_view operand);
/// The element type in which products of factors of one are added, and their sums stored: theirs, but f32 for bf16.
DType sum_dtype(DType factors);
/// Whether they are factors of a product: in one type, or the left one in bf16 and the right one a matrix in f32, which
/// kernels round: weights, which they copy anyway.
bool are_factors(const TensorType& lhs, const TensorType& rhs);
/// Throws Error, with both, unless they are factors of a product.
void require_factors(const TensorType& lhs, const TensorType& rhs);
/// Throws Error, with both, unless the element types are the same.
void require_same_dtype(const TensorType& lhs, const TensorType& rhs);
/// The attribute "axis", which must count from the first axis and lie within the shape.
std::size_t axis_of(const Attributes& attributes, const Shape& shape);

/// The attribute "batch_axes" of a gather or scatter, which must be some of the leading axes of the indices.
std::size_t batch_axes_of(const Attributes& attributes, const Shape& indices);
/// Throws Error, with both, unless the leading extents of values and indices are the same.
void require_same_batches(const TensorType& values, const TensorType& indices, std::size_t batch_axes);

/// x -> the same floating-point type.
std::vector<TensorType> infer_float_unary(std::span<const TensorType> operands, const Attributes& attributes);
/// The same, with i32 allowed.
std::vector<TensorType> infer_number_unary(std::span<const TensorType> operands, const Attributes& attributes);
/// Two values of one floating-point type -> that type under the broadcast shape.
std::vector<TensorType> infer_float_binary(std::span<const TensorType> operands, const Attributes& attributes);
/// The same, with i32 allowed.
std::vector<TensorType> infer_number_binary(std::span<const TensorType> operands, const Attributes& attributes);

// ---- Cost.

/// One operation for each element of the first result.
double one_flop_per_result(std::span<const TensorType> operands, std::span<const TensorType> results,
                           const Attributes& attributes);
/// One operation for each element of the first operand.
double one_flop_per_operand(std::span<const TensorType> operands, std::span<const TensorType> results,
                            const Attributes& attributes);
/// Of the norm of all operands: two operations for each of their elements, and the root.
double flops_of_norm(std::span<const TensorType> operands, std::span<const TensorType> results,
                     const Attributes& attributes);
/// None: the op moves or chooses elements.
double no_flops(std::span<const TensorType> operands, std::span<const TensorType> results,
                const Attributes& attributes);

}  // namespace weft
