#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "graph/tensor.h"

// How the text and JSON forms of a graph write the elements of a constant.

namespace weft {

/// Element `index` (row-major): "0.1", "7", "true", "nan"; reads back to the same bits.
std::string element_text(const Tensor& tensor, std::int64_t index);

/// Whether all elements have the same bits: the tensor is then written as one element (a splat).
bool is_splat(const Tensor& tensor);

/// What remains of the memory that a file's splats may take up, in bytes. A splat claims more than its text holds, so
/// that a short hostile file could ask for any amount.
struct SplatBudget {
  static constexpr std::int64_t limit = std::int64_t{1} << 28;
  std::int64_t remaining = limit;
};

/// A tensor from the text of its elements, row-major, or of the one element of a splat. Throws Error when their number
/// does not fit the shape, one of them is no element of that type, or the budget is used up. Allocates nothing before
/// the number is known to fit.
Tensor tensor_from_text(const TensorType& type, std::span<const std::string_view> elements, SplatBudget& budget);

}  // namespace weft
