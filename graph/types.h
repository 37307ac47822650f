#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// The type of one element. bf16 is the upper half of an f32: casts, products and what only moves elements know it, and
/// the pass float-normalization has any other op compute in f32.
enum class DType : std::uint8_t { f32, f64, i32, boolean, bf16 };

/// Bytes of one element: 4, 8, 4, 1, 2.
std::size_t size_of(DType dtype);
/// "f32", "f64", "i32", "bool", "bf16".
std::string_view to_string(DType dtype);
/// The inverse of to_string. Throws Error that lists the names.
DType parse_dtype(std::string_view name);
/// Whether the type is a floating-point one: only such values have gradients.
bool is_float(DType dtype);

/// The extents of a dense row-major tensor. Rank 0 is a scalar; every extent is at least 1; the product is bounded, so
/// that no later arithmetic on sizes can overflow.
class Shape {
 public:
  static constexpr std::size_t max_rank = 8;
  static constexpr std::int64_t max_volume = std::int64_t{1} << 40;

  Shape() = default;
  /// Throws Error for more than `max_rank` extents, an extent below 1, or a product above `max_volume`.
  Shape(std::initializer_list<std::int64_t> extents);
  explicit Shape(std::span<const std::int64_t> extents);

  std::size_t rank() const { return rank_; }
  std::int64_t volume() const { return volume_; }
  std::span<const std::int64_t> extents() const { return {extents_.data(), rank_}; }
  const std::int64_t* begin() const { return extents_.data(); }
  const std::int64_t* end() const { return extents_.data() + rank_; }

  /// The extent of an axis; a negative axis counts from the end. Throws Error when the axis is out of range.
  std::int64_t operator[](std::int64_t axis) const;
  /// The axis as an index from 0. Throws Error when it is not in [-rank, rank).
  std::size_t axis(std::int64_t axis) const;
  /// The same shape with one extent replaced, removed or inserted before `axis`.
  Shape with(std::size_t axis, std::int64_t extent) const;
  Shape without(std::size_t axis) const;
  Shape inserted(std::size_t axis, std::int64_t extent) const;
  /// The product of the extents in [first, last).
  std::int64_t volume_between(std::size_t first, std::size_t last) const;

  /// "[2,3]"; "[]" for a scalar.
  std::string to_string() const;

  friend bool operator==(const Shape& a, const Shape& b);

 private:
  std::array<std::int64_t, max_rank> extents_{};
  std::size_t rank_ = 0;
  std::int64_t volume_ = 1;
};

/// Whole numbers that a function takes, such as axes or extents: one, several in braces, a vector, or a shape.
class Integers {
 public:
  Integers() = default;
  Integers(std::int64_t number) : numbers_{number} {}
  Integers(std::initializer_list<std::int64_t> numbers) : numbers_(numbers) {}
  Integers(std::vector<std::int64_t> numbers) : numbers_(std::move(numbers)) {}
  Integers(const Shape& shape) : numbers_(shape.begin(), shape.end()) {}

  const std::vector<std::int64_t>& numbers() const { return numbers_; }
  operator const std::vector<std::int64_t>&() const { return numbers_; }

 private:
  std::vector<std::int64_t> numbers_;
};

/// What NumPy's broadcasting makes of two shapes: aligned at the last axis, equal or 1. Throws Error with both.
Shape broadcast_shapes(const Shape& a, const Shape& b);
/// Whether `from` broadcasts to exactly `to`.
bool broadcasts_to(const Shape& from, const Shape& to);

/// Element type and shape of a value.
struct TensorType {
  DType dtype = DType::f32;
  Shape shape;

  std::int64_t bytes() const;
  /// "f32[2,3]".
  std::string to_string() const;

  friend bool operator==(const TensorType& a, const TensorType& b) = default;
};

/// Lets a message take a T as it is, so that its text is made only when the message is.
template <typename T>
struct TextFormatter {
  static constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  template <typename Context>
  static auto format(const T& content, Context& context) {
    const std::string text = content.to_string();
    return std::copy(text.begin(), text.end(), context.out());
  }
};

}  // namespace weft

template <>
struct fmt::formatter<weft::Shape> : weft::TextFormatter<weft::Shape> {};
template <>
struct fmt::formatter<weft::TensorType> : weft::TextFormatter<weft::TensorType> {};
