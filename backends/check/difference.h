#pragma once

#include <cstdint>
#include <string>

#include "graph/tensor.h"

namespace weft {

/// Where two tensors of one type differ.
struct Difference {
  std::int64_t elements = 0;  ///< of each
  std::int64_t off = 0;       ///< elements that are further apart than allowed
  std::int64_t worst = 0;     ///< the element that is furthest apart, row-major
  double expected = 0;        ///< that element
  double actual = 0;
  double distance = 0;  ///< of these two: 0 for two NaNs and for equal infinities, infinite when one is finite
  double relative = 0;  ///< the distance as a part of the scale
  double allowed = 0;
};

/// The least scale: below it, rounding is a matter of other values.
inline constexpr double least_scale = 1e-3;

/// An element may be off by `tolerance` times the scale: the largest finite magnitude of `expected`, or least_scale if
/// that is more; or by `noise`, what rounding is known to make of it. Integers and bools must be equal.
Difference difference_of(const Tensor& expected, const Tensor& actual, double tolerance, double noise = 0);

/// The indices of an element: "[2,0,1]".
std::string position_text(std::int64_t element, const Shape& shape);

}  // namespace weft
