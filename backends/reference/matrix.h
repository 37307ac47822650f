#pragma once

#include <cstdint>

#include "graph/types.h"

namespace weft::reference {

/// A matrix, or one of each batch, as it enters a product: element [row, column] of what may be stored transposed.
struct MatrixLayout {
  std::int64_t rows;
  std::int64_t columns;
  bool transposed;

  MatrixLayout(const Shape& shape, bool transpose)
      : rows(shape[transpose ? -1 : -2]), columns(shape[transpose ? -2 : -1]), transposed(transpose) {}

  std::int64_t size() const { return rows * columns; }
  std::int64_t index(std::int64_t row, std::int64_t column) const {
    return transposed ? column * rows + row : row * columns + column;
  }
};

}  // namespace weft::reference
