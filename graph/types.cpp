#include "graph/types.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/error.h"
#include "graph/base/joined.h"

namespace weft {
namespace {

struct DTypeFacts {
  DType dtype;
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<DTypeFacts, 5> dtype_facts{{{DType::f32, "f32", 4},
                                                 {DType::f64, "f64", 8},
                                                 {DType::i32, "i32", 4},
                                                 {DType::boolean, "bool", 1},
                                                 {DType::bf16, "bf16", 2}}};

const DTypeFacts& facts(DType dtype) { return dtype_facts.at(static_cast<std::size_t>(dtype)); }

}  // namespace

std::size_t size_of(DType dtype) { return facts(dtype).bytes; }

std::string_view to_string(DType dtype) { return facts(dtype).name; }

DType parse_dtype(std::string_view name) {
  for (const DTypeFacts& candidate : dtype_facts)
    if (candidate.name == name) return candidate.dtype;
  fail("unknown element type '{}': one of f32, f64, i32, bool, bf16 is needed", name);
}

bool is_float(DType dtype) { return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::bf16; }

Shape::Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const std::int64_t> extents) {
  require(extents.size() <= max_rank, "a shape has {} extents, at most {} are supported", extents.size(), max_rank);
  for (const std::int64_t extent : extents) {
    if (extent < 1) fail("shape [{}]: every extent must be at least 1, not {}", joined(extents, ","), extent);
    if (extent > max_volume / volume_) fail("shape [{}]: more than {} elements", joined(extents, ","), max_volume);
    extents_[rank_++] = extent;
    volume_ *= extent;
  }
}

std::int64_t Shape::operator[](std::int64_t axis) const { return extents_[this->axis(axis)]; }

std::size_t Shape::axis(std::int64_t axis) const {
  const auto rank = static_cast<std::int64_t>(rank_);
  require(axis >= -rank && axis < rank, "axis {} is out of range for shape {}", axis, *this);
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

Shape Shape::with(std::size_t axis, std::int64_t extent) const {
  auto extents = extents_;
  extents.at(axis) = extent;
  return Shape(std::span(extents.data(), rank_));
}

Shape Shape::without(std::size_t axis) const {
  auto extents = extents_;
  std::copy(extents_.begin() + static_cast<std::ptrdiff_t>(axis) + 1, extents_.end(),
            extents.begin() + static_cast<std::ptrdiff_t>(axis));
  return Shape(std::span(extents.data(), rank_ - 1));
}

Shape Shape::inserted(std::size_t axis, std::int64_t extent) const {
  require(rank_ < max_rank, "shape {} has the most axes that are supported; none can be added", *this);
  auto extents = extents_;
  std::copy_backward(extents_.begin() + static_cast<std::ptrdiff_t>(axis),
                     extents_.begin() + static_cast<std::ptrdiff_t>(rank_),
                     extents.begin() + static_cast<std::ptrdiff_t>(rank_) + 1);
  extents[axis] = extent;
  return Shape(std::span(extents.data(), rank_ + 1));
}

std::int64_t Shape::volume_between(std::size_t first, std::size_t last) const {
  std::int64_t volume = 1;
  for (std::size_t axis = first; axis < last; ++axis) volume *= extents_.at(axis);
  return volume;
}

std::string Shape::to_string() const { return fmt::format("[{}]", joined(extents(), ",")); }

bool operator==(const Shape& a, const Shape& b) { return std::ranges::equal(a.extents(), b.extents()); }

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.rank(), b.rank());
  std::array<std::int64_t, Shape::max_rank> extents{};
  for (std::size_t back = 1; back <= rank; ++back) {
    const std::int64_t of_a = back <= a.rank() ? a.extents()[a.rank() - back] : 1;
    const std::int64_t of_b = back <= b.rank() ? b.extents()[b.rank() - back] : 1;
    require(of_a == of_b || of_a == 1 || of_b == 1, "shapes do not broadcast: lhs {}, rhs {}", a, b);
    extents[rank - back] = std::max(of_a, of_b);
  }
  return Shape(std::span<const std::int64_t>(extents.data(), rank));
}

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (std::size_t back = 1; back <= from.rank(); ++back) {
    const std::int64_t extent = from.extents()[from.rank() - back];
    if (extent != 1 && extent != to.extents()[to.rank() - back]) return false;
  }
  return true;
}

std::int64_t TensorType::bytes() const { return shape.volume() * static_cast<std::int64_t>(size_of(dtype)); }

std::string TensorType::to_string() const { return fmt::format("{}{}", weft::to_string(dtype), shape.to_string()); }

}  // namespace weft
