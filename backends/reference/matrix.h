#pragma once

#include <cstdint>
#include <type_traits>

#include "graph/base/bfloat16.h"
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

/// y [a.rows, b.columns] += a b, with b rounded to a's type, each element's terms in the order of their indices. Memory is
/// walked in the order in which b is stored.
template <typename A, typename B, typename Sum = SumOf<A>>
void add_product(const A* a, const MatrixLayout& a_layout, const B* b, const MatrixLayout& b_layout, Sum* y) {
  for (std::int64_t row = 0; row < a_layout.rows; ++row) {
    Sum* sums = y + row * b_layout.columns;
    if (b_layout.transposed) {
      for (std::int64_t column = 0; column < b_layout.columns; ++column)
        for (std::int64_t k = 0; k < b_layout.rows; ++k)
          sums[column] += Sum{a[a_layout.index(row, k)]} * Sum{A(b[b_layout.index(k, column)])};
    } else {
      for (std::int64_t k = 0; k < b_layout.rows; ++k) {
        const Sum factor = a[a_layout.index(row, k)];
        const B* terms = b + b_layout.index(k, 0);
        for (std::int64_t column = 0; column < b_layout.columns; ++column)
          sums[column] += factor * Sum{A(terms[column])};
      }
    }
  }
}

}  // namespace weft::reference
